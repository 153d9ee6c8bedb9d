#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace syncline::model {

// What a request was sent for.
enum class ExchangePurpose { kPage, kParents, kDetail, kSignIn, kExportJob };

// As they stand in the database and, with the enum's prefix, on the wire.
std::string_view ExchangePurposeName(ExchangePurpose purpose);

// One request and its answer. Same names as in syncline.v1.Exchange, which says what they mean.
struct Exchange {
  using Pairs = std::vector<std::pair<std::string, std::string>>;

  std::int64_t exchange_id = 0;
  base::Time send_time = {};
  std::chrono::microseconds duration{0};
  ExchangePurpose purpose = ExchangePurpose::kPage;
  std::int64_t page_number = 0;
  std::string partition = {};
  std::string cause = {};
  int attempt = 1;
  std::chrono::milliseconds wait{0};
  std::string wait_cause = {};
  std::string method = {};
  std::string url = {};
  Pairs request_headers = {};
  std::string request_body = {};
  int status = 0;
  Pairs response_headers = {};
  std::string response_body = {};
  std::int64_t response_bytes = 0;
  std::string judgement = {};
  std::string reason = {};  // base::ReasonName; "" = it was good
  bool failed = false;      // it has a reason, and was not merely given up
};

}  // namespace syncline::model
