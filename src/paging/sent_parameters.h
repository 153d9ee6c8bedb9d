#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/message.h"

namespace syncline::paging {

// The query parameters of a request that was sent, for AutomaticPagination. Immutable.
class SentParameters {
 public:
  explicit SentParameters(const http::Url& url);

  // The parameter with that name as it was spelled: case and underscores do not count.
  std::optional<std::string> NameLike(std::string_view name) const;
  // "" when it was not sent.
  std::string_view ValueOf(std::string_view name) const;
  // Of the first of `names` that was sent with a whole number, not negative.
  std::optional<std::int64_t> NumberOf(std::span<const std::string_view> names) const;

 private:
  std::vector<std::pair<std::string, std::string>> parameters_;
};

// nullopt when `text` is no whole number, or negative.
std::optional<std::int64_t> WholeNumberOf(std::string_view text);

}  // namespace syncline::paging
