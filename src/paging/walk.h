#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "http/message.h"
#include "paging/compiled_pagination.h"
#include "paging/paginator.h"
#include "paging/progress_guard.h"
#include "paging/proposal.h"
#include "syncline/v1/pagination.pb.h"

namespace syncline::paging {

// A walk over the pages of one list: where it stands, how to ask for that page, that it gets on,
// and whether its end is the list's. No I/O. One per list and run, one thread at a time.
class Walk {
 public:
  static constexpr int kMissesMax = 3;

  // What is found on a page; see PageFacts.
  struct Found {
    expression::Value records;        // an array
    std::int64_t records_before = 0;  // of the same page, where `records` are only its last part
    expression::Value scope;
    std::function<absl::StatusOr<std::string>(std::string_view link)> resolve;
    bool no_such_page = false;  // the status says so: CompiledPagination::EndsAt
    // The request, without its sign-in: only `automatic` looks at it.
    http::Url asked = {};
    bool asked_with_body = false;
  };

  // INVALID_ARGUMENT with fields relative to the pagination.
  static absl::StatusOr<Walk> Make(const v1::Pagination& pagination);
  explicit Walk(std::shared_ptr<const CompiledPagination> pagination);

  // How to ask for the page where the walk stands.
  PageRequest request() const { return pagination_->paginator->RequestFor(position_); }
  // How the pages after that one will be asked for if all of them are full: at most `count`, none
  // beyond the end of the list as far as the vendor told; none where only the answer can tell, or
  // where pages came that were not full, and what was asked for ahead was in vain, kMissesMax
  // times.
  std::vector<PageRequest> Ahead(std::size_t count) const;

  std::int64_t page_number() const { return position_.index + 1; }
  // Records on the pages before, and in the whole list as far as the vendor told (0 = unknown).
  std::int64_t records() const { return position_.records; }
  std::int64_t total() const { return total_; }

  // Judges the page and goes on to the next; false when it was the last one. PAGINATION_LOOP with
  // the metadata repeats, page, equals, period; RESULT_WINDOW_EXCEEDED (see result_window.h);
  // EXPRESSION_FAILED, EXPRESSION_TOO_COSTLY, HOST_NOT_ALLOWED, URL_INVALID, VENDOR_ERROR. After an
  // error the walk stands where it stood.
  absl::StatusOr<bool> Advance(const Found& found);

  // Why the end of the walk may not be the end of the list, by the vendor's own words:
  // LIST_INCOMPLETE with the metadata total and records, or pages and page: those that it declares,
  // and the last one that there was. OK before the end.
  const absl::Status& doubt() const { return doubt_; }

  // How the first page made AutomaticPagination go on, and why; nullopt before, and for other
  // kinds.
  const std::optional<Proposal>& proposal() const { return proposal_; }

  // The walk as JSON text of bounded size, and back. INTERNAL when the text is none of ours.
  std::string Checkpoint() const;
  absl::Status Restore(std::string_view checkpoint);

 private:
  // The walk after a page, without the page's own judgement; nullopt next = it was the last.
  struct Step {
    PageFacts facts;
    std::optional<bool> has_more;
    std::optional<Position> next;
    std::optional<std::int64_t> declared_page_count;
    std::optional<std::int64_t> page_count;  // declared, or guessed
  };
  static absl::StatusOr<Step> StepOver(const CompiledPagination& pagination,
                                       const Position& position, const Found& found);
  absl::Status Judge(const Found& found, const Step& step, const CompiledPagination& pagination,
                     ProgressGuard* guard) const;
  absl::Status DoubtOf(const Step& step, bool no_such_page) const;

  std::shared_ptr<const CompiledPagination> pagination_;
  std::optional<Proposal> proposal_;
  Position position_;
  ProgressGuard guard_;
  std::int64_t total_ = 0;
  std::int64_t page_count_ = 0;           // as far as can be guessed; 0 = unknown
  std::int64_t declared_page_count_ = 0;  // as far as the vendor told; 0 = unknown
  std::int64_t record_count_ = 0;         // of the page before
  int misses_ = 0;  // pages after which another one followed than Ahead had told
  absl::Status doubt_;
};

}  // namespace syncline::paging
