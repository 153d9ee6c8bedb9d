#include "paging/walk.h"

#include <fmt/format.h>

#include <utility>

#include "base/status.h"
#include "paging/result_window.h"

namespace syncline::paging {

absl::StatusOr<Walk> Walk::Make(const v1::Pagination& pagination) {
  SYNCLINE_ASSIGN_OR_RETURN(auto compiled, CompiledPagination::Compile(pagination));
  return Walk(std::move(compiled));
}

Walk::Walk(std::shared_ptr<const CompiledPagination> pagination)
    : pagination_(std::move(pagination)), position_(pagination_->paginator->First()) {}

std::vector<PageRequest> Walk::Ahead(std::size_t count) const {
  std::vector<PageRequest> requests;
  if (misses_ >= kMissesMax) return requests;
  Position position = position_;
  while (requests.size() < count && position.index + 1 < page_count_) {
    std::optional<Position> next = pagination_->paginator->Guess(position, record_count_);
    if (!next.has_value()) break;
    position = *std::move(next);
    requests.push_back(pagination_->paginator->RequestFor(position));
  }
  return requests;
}

absl::StatusOr<Walk::Step> Walk::StepOver(const CompiledPagination& pagination,
                                          const Position& position, const Found& found) {
  Step step{.facts = {.record_count = found.records_before + found.records.size(),
                      .scope = found.scope,
                      .resolve = found.resolve}};
  if (found.no_such_page) return step;  // nothing in its body counts
  SYNCLINE_ASSIGN_OR_RETURN(step.facts.total, pagination.total.Evaluate(found.scope));
  SYNCLINE_ASSIGN_OR_RETURN(step.has_more, pagination.has_more.Evaluate(found.scope));
  step.facts.says_more = step.has_more.value_or(false);
  SYNCLINE_ASSIGN_OR_RETURN(step.declared_page_count,
                            pagination.paginator->DeclaredPageCount(step.facts));
  if (step.has_more == false) return step;
  SYNCLINE_ASSIGN_OR_RETURN(step.next, pagination.paginator->Next(position, step.facts));
  step.page_count = step.declared_page_count.has_value()
                        ? step.declared_page_count
                        : pagination.paginator->GuessPageCount(position, step.facts);
  return step;
}

absl::Status Walk::Judge(const Found& found, const Step& step, const CompiledPagination& pagination,
                         ProgressGuard* guard) const {
  // A page that repeats is an error even if it is the last one: records are missing then. An empty
  // page may end any walk.
  if (step.facts.record_count > 0 || step.next.has_value()) {
    SYNCLINE_RETURN_IF_ERROR(guard->ObservePage(page_number(), found.records));
  }
  if (step.next.has_value()) {
    const std::string_view proof = pagination.paginator->ProofOf(*step.next);
    if (!proof.empty()) SYNCLINE_RETURN_IF_ERROR(guard->ObserveCursor(page_number(), proof));
  }
  return CheckResultWindow(pagination.result_window, position_.records + step.facts.record_count,
                           step.facts.total);
}

absl::Status Walk::DoubtOf(const Step& step, bool no_such_page) const {
  const std::int64_t records = position_.records + step.facts.record_count;
  const std::int64_t total = step.facts.total.value_or(total_);
  const base::ErrorMetadata metadata = {{"records", std::to_string(records)},
                                        {"total", std::to_string(total)}};
  if (records < total) {
    return base::Error(
        base::Reason::kListIncomplete,
        fmt::format("The vendor declares {} records, and its pages held {}.", total, records),
        metadata);
  }
  // Where no page count was told, a status that says that there is no such page is a good end.
  const std::int64_t page = no_such_page ? position_.index : page_number();
  const std::int64_t pages = step.declared_page_count.value_or(declared_page_count_);
  if (page < pages) {
    return base::Error(
        base::Reason::kListIncomplete,
        fmt::format("The vendor declares {} pages, and the list ended with page {}.", pages, page),
        {{"pages", std::to_string(pages)}, {"page", std::to_string(page)}});
  }
  if (!step.facts.says_more) return absl::OkStatus();
  return base::Error(base::Reason::kListIncomplete,
                     fmt::format("Page {} says that more follows ({}), and nothing says how to ask "
                                 "for it.",
                                 page_number(), pagination_->has_more.text()),
                     metadata);
}

absl::StatusOr<bool> Walk::Advance(const Found& found) {
  std::shared_ptr<const CompiledPagination> pagination = pagination_;
  std::optional<Proposal> proposal = proposal_;
  if (pagination->automatic) {
    proposal = Propose({.asked = found.asked,
                        .scope = found.scope,
                        .records = found.records,
                        .has_body = found.asked_with_body});
    for (const int status : pagination->end_statuses) {
      proposal->pagination.add_end_statuses(status);
    }
    proposal->pagination.set_result_window(pagination->result_window);
    SYNCLINE_ASSIGN_OR_RETURN(pagination, CompiledPagination::Compile(proposal->pagination));
  }
  SYNCLINE_ASSIGN_OR_RETURN(Step step, StepOver(*pagination, position_, found));
  ProgressGuard guard = guard_;
  SYNCLINE_RETURN_IF_ERROR(Judge(found, step, *pagination, &guard));
  pagination_ = std::move(pagination);
  proposal_ = std::move(proposal);
  total_ = step.facts.total.value_or(total_);
  if (!step.next.has_value()) {
    doubt_ = DoubtOf(step, found.no_such_page);
    return false;
  }
  if (const auto guess = pagination_->paginator->Guess(position_, record_count_);
      guess.has_value() && record_count_ > 0 && guess->offset != step.next->offset) {
    ++misses_;
  }
  step.next->records = position_.records + step.facts.record_count;
  position_ = *std::move(step.next);
  guard_ = std::move(guard);
  page_count_ = step.page_count.value_or(page_count_);
  declared_page_count_ = step.declared_page_count.value_or(declared_page_count_);
  record_count_ = step.facts.record_count;
  return true;
}

}  // namespace syncline::paging
