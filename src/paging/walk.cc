#include "paging/walk.h"

#include <fmt/format.h>

#include "base/status.h"
#include "paging/checkpoint_json.h"
#include "paging/make_paginator.h"

namespace syncline::paging {

absl::StatusOr<Walk> Walk::Make(const v1::Pagination& pagination) {
  SYNCLINE_ASSIGN_OR_RETURN(std::unique_ptr<Paginator> paginator, MakePaginator(pagination));
  SYNCLINE_ASSIGN_OR_RETURN(CountExpression total,
                            CountExpression::Compile(pagination.total(), "pagination.total"));
  return Walk(std::move(paginator), std::move(total));
}

absl::StatusOr<bool> Walk::Advance(const Found& found) {
  PageFacts facts{
      .record_count = found.records.size(), .scope = found.scope, .resolve = found.resolve};
  SYNCLINE_ASSIGN_OR_RETURN(facts.total, total_expression_.Evaluate(found.scope));
  SYNCLINE_ASSIGN_OR_RETURN(std::optional<Position> next, paginator_->Next(position_, facts));
  ProgressGuard guard = guard_;
  // A page that repeats is an error even if it is the last one: records are missing then. An empty
  // page may end any walk.
  if (facts.record_count > 0 || next.has_value()) {
    SYNCLINE_RETURN_IF_ERROR(guard.ObservePage(page_number(), found.records));
  }
  if (next.has_value() && !next->cursor.empty()) {
    SYNCLINE_RETURN_IF_ERROR(guard.ObserveCursor(page_number(), next->cursor));
  }
  total_ = facts.total.value_or(0);
  if (!next.has_value()) return false;
  next->records = position_.records + facts.record_count;
  position_ = *std::move(next);
  guard_ = guard;
  return true;
}

std::string Walk::Checkpoint() const {
  std::string out = fmt::format(R"({{"index":{},"offset":{},"records":{},"total":{},"cursor":)",
                                position_.index, position_.offset, position_.records, total_);
  json::AppendJsonString(position_.cursor, &out);
  out += R"(,"guard":)";
  guard_.AppendJson(&out);
  out += "}";
  return out;
}

absl::Status Walk::Restore(std::string_view checkpoint) {
  const absl::Status invalid =
      base::Error(base::Reason::kInternal, "The checkpoint of the run cannot be read.");
  const auto document = json::Document::Parse(std::string(checkpoint));
  if (!document.ok()) return invalid;
  const json::Node root = (*document)->root();
  Position position;
  ProgressGuard guard;
  std::int64_t total = 0;
  json::Node guard_node;
  const bool read =
      ReadCount(root, "index", &position.index) && ReadCount(root, "offset", &position.offset) &&
      ReadCount(root, "records", &position.records) && ReadCount(root, "total", &total) &&
      ReadText(root, "cursor", &position.cursor) && root.Find("guard", &guard_node) &&
      guard.Read(guard_node);
  if (!read) return invalid;
  position_ = std::move(position);
  guard_ = guard;
  total_ = total;
  return absl::OkStatus();
}

}  // namespace syncline::paging
