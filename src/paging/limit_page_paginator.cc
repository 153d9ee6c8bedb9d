#include "paging/limit_page_paginator.h"

#include "base/status.h"
#include "paging/stop_rules.h"

namespace syncline::paging {

PageRequest LimitPagePaginator::RequestFor(const Position& position) const {
  PageRequest request;
  const std::int64_t first = spec_.has_first_page() ? spec_.first_page() : 1;
  const std::int64_t step = spec_.step() > 0 ? spec_.step() : 1;
  request.scope = {position.index, first + step * position.index, position.offset, spec_.limit()};
  const std::string limit = spec_.has_limit_parameter() ? spec_.limit_parameter() : "limit";
  const std::string page = spec_.has_page_parameter() ? spec_.page_parameter() : "page";
  if (!limit.empty()) request.query.emplace_back(limit, std::to_string(spec_.limit()));
  if (!page.empty()) request.query.emplace_back(page, std::to_string(request.scope.number));
  return request;
}

absl::StatusOr<std::optional<Position>> LimitPagePaginator::Next(const Position& position,
                                                                 const PageFacts& facts) const {
  SYNCLINE_ASSIGN_OR_RETURN(const std::optional<std::int64_t> page_count,
                            page_count_.Evaluate(facts.scope));
  if (page_count.has_value() && position.index + 1 >= *page_count) return std::optional<Position>();
  // A vendor that says how many pages there are, or that more follow, is believed over a short
  // page.
  const bool may_stop =
      spec_.has_stop_on_short_page() ? spec_.stop_on_short_page() : !facts.says_more;
  if (IsLastPage(position, facts, spec_.limit(), may_stop && !page_count.has_value())) {
    return std::optional<Position>();
  }
  return Guess(position, facts.record_count);
}

absl::StatusOr<std::optional<std::int64_t>> LimitPagePaginator::DeclaredPageCount(
    const PageFacts& facts) const {
  return page_count_.Evaluate(facts.scope);
}

std::optional<std::int64_t> LimitPagePaginator::GuessPageCount(const Position& position,
                                                               const PageFacts& facts) const {
  return PagesOf(position, facts);
}

// The offset is that of full pages: a page that comes thin does not change how the next is asked
// for.
std::optional<Position> LimitPagePaginator::Guess(const Position& position,
                                                  std::int64_t /*record_count*/) const {
  return Position{.index = position.index + 1, .offset = position.offset + spec_.limit()};
}

}  // namespace syncline::paging
