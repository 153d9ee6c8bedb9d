#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>

#include "absl/status/statusor.h"
#include "http/message.h"
#include "json/document.h"
#include "paging/compiled_pagination.h"
#include "pull/answer_judge.h"
#include "pull/answer_rules.h"
#include "pull/errand.h"
#include "pull/exchange_record.h"
#include "pull/vendor_client.h"

namespace syncline::pull {

// What came of one request, judged and decoded.
struct Answer {
  http::Url asked;  // without the sign-in
  bool asked_with_body = false;
  int status = 0;
  http::Headers headers;
  std::shared_ptr<const json::Document> document;
  std::int64_t body_bytes = 0;  // decompressed
  // Skipped, or there is no such page (204, 205, or as the pagination says): the document is an
  // empty list.
  bool without_content = false;
  bool restarts_list = false;    // a rule wants the list from its first page again
  std::int64_t exchange_id = 0;  // in VendorClient::exchanges(); 0 = it is not noted
};

// Sends a request, not signed yet, and reads its answer by `rules`, compression undone: lists,
// parents and details all ask in this way. Asks for the format of the rules unless the request has
// an Accept of its own. With a `pagination`, its end statuses are no errors unless a rule says so.
// `errand` says why it is sent. What VendorClient::Send says; what JudgeResponse says;
// JSON_INVALID, BODY_INVALID, JSON_TOO_DEEP, TEXT_INVALID, RESPONSE_TOO_LARGE.
absl::StatusOr<Answer> Ask(VendorClient& client, http::Request request, const AnswerRules& rules,
                           std::stop_token stop,
                           const paging::CompiledPagination* pagination = nullptr,
                           const Errand& errand = {});

// The two halves of it, for whoever stands between. Sends, with `judge` looking at each answer,
// until no rule wants a new sign-in, which is had once. `record` notes each try.
absl::StatusOr<http::Response> SendJudged(VendorClient& client, http::Request request,
                                          const AnswerRules& rules, AnswerJudge* judge,
                                          ExchangeRecord* record, std::stop_token stop);
// Reads the last answer that `judge` looked at; `request` is without the sign-in.
absl::StatusOr<Answer> ReadAnswer(VendorClient& client, const http::Request& request,
                                  const AnswerRules& rules, http::Response response,
                                  AnswerJudge* judge,
                                  const paging::CompiledPagination* pagination = nullptr);

}  // namespace syncline::pull
