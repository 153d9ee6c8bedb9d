#include "paging/limit_offset_paginator.h"

#include "paging/stop_rules.h"

namespace syncline::paging {

Position LimitOffsetPaginator::First() const { return {.offset = spec_.first_offset()}; }

PageRequest LimitOffsetPaginator::RequestFor(const Position& position) const {
  PageRequest request;
  request.scope = {position.index, position.index + 1, position.offset, spec_.limit()};
  const std::string limit = spec_.has_limit_parameter() ? spec_.limit_parameter() : "limit";
  const std::string offset = spec_.has_offset_parameter() ? spec_.offset_parameter() : "offset";
  if (!limit.empty()) request.query.emplace_back(limit, std::to_string(spec_.limit()));
  if (!offset.empty()) request.query.emplace_back(offset, std::to_string(position.offset));
  return request;
}

absl::StatusOr<std::optional<Position>> LimitOffsetPaginator::Next(const Position& position,
                                                                   const PageFacts& facts) const {
  const bool stop_on_short =
      spec_.has_stop_on_short_page() ? spec_.stop_on_short_page() : !facts.says_more;
  if (IsLastPage(position, facts, spec_.limit(), stop_on_short)) return std::optional<Position>();
  return Guess(position, facts.record_count);
}

std::optional<std::int64_t> LimitOffsetPaginator::GuessPageCount(const Position& position,
                                                                 const PageFacts& facts) const {
  return PagesOf(position, facts);
}

std::optional<Position> LimitOffsetPaginator::Guess(const Position& position,
                                                    std::int64_t record_count) const {
  const std::int64_t step = spec_.step() > 0 ? spec_.step() : record_count;
  return Position{.index = position.index + 1, .offset = position.offset + step};
}

}  // namespace syncline::paging
