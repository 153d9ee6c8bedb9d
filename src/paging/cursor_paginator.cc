#include "paging/cursor_paginator.h"

#include <fmt/format.h>

#include "base/status.h"

namespace syncline::paging {

Position CursorPaginator::First() const {
  if (is_url()) return {};
  return {.cursor = {.text = spec_.token().first()}};
}

PageRequest CursorPaginator::RequestFor(const Position& position) const {
  PageRequest request;
  request.scope = {.index = position.index,
                   .number = position.index + 1,
                   .offset = position.offset,
                   .size = spec_.limit(),
                   .cursor = position.cursor};
  request.next_url = position.next_url;
  if (!request.next_url.empty()) return request;
  if (spec_.limit() > 0 && !spec_.limit_parameter().empty()) {
    request.query.emplace_back(spec_.limit_parameter(), std::to_string(spec_.limit()));
  }
  if (!position.cursor.empty() && !spec_.token().query_parameter().empty()) {
    request.query.emplace_back(spec_.token().query_parameter(), position.cursor.text);
  }
  return request;
}

absl::StatusOr<std::optional<Position>> CursorPaginator::Next(const Position& position,
                                                              const PageFacts& facts) const {
  expression::Evaluation evaluation;
  SYNCLINE_ASSIGN_OR_RETURN(const expression::Value value, next_.Evaluate(facts.scope, evaluation));
  const json::Kind kind = value.kind();
  // `has_more && next` yields false where JMESPath says there is no more.
  if (kind == json::Kind::kNull || kind == json::Kind::kFalse) return std::optional<Position>();
  const bool is_text = kind == json::Kind::kString || (kind == json::Kind::kNumber && !is_url());
  if (!is_text) {
    return base::Error(base::Reason::kExpressionFailed,
                       fmt::format("The expression for the next page ({}) yields neither text nor "
                                   "null.",
                                   next_.text()));
  }
  if (value.text().empty()) return std::optional<Position>();
  Position next{.index = position.index + 1, .offset = position.offset + facts.record_count};
  if (is_url()) {
    SYNCLINE_ASSIGN_OR_RETURN(next.next_url, facts.resolve(value.text()));
    return next;
  }
  if (value.text().size() > Token::kBytesMax) {
    return base::Error(
        base::Reason::kVendorError,
        fmt::format("The vendor's token for the next page has {} bytes; the limit is {}.",
                    value.text().size(), Token::kBytesMax));
  }
  next.cursor = {std::string(value.text()), kind == json::Kind::kNumber};
  return next;
}

}  // namespace syncline::paging
