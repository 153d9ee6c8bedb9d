#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "paging/count_expression.h"
#include "paging/paginator.h"
#include "paging/progress_guard.h"
#include "syncline/v1/integration.pb.h"

namespace syncline::paging {

// A walk over the pages of one list: where it stands, how to ask for that page, and that it gets
// on. No I/O. One per run, one thread at a time.
class Walk {
 public:
  // What is found on a page; see PageFacts.
  struct Found {
    expression::Value records;  // an array
    expression::Value scope;
    std::function<absl::StatusOr<std::string>(std::string_view link)> resolve;
  };

  // INVALID_ARGUMENT with fields relative to the pagination.
  static absl::StatusOr<Walk> Make(const v1::Pagination& pagination);

  // How to ask for the page where the walk stands.
  PageRequest request() const { return paginator_->RequestFor(position_); }
  std::int64_t page_number() const { return position_.index + 1; }
  // Records on the pages before, and in the whole list as far as the vendor told (0 = unknown).
  std::int64_t records() const { return position_.records; }
  std::int64_t total() const { return total_; }

  // Judges the page and goes on to the next; false when it was the last one. PAGINATION_LOOP with
  // the metadata repeats, page, period; EXPRESSION_FAILED, EXPRESSION_TOO_COSTLY, HOST_NOT_ALLOWED,
  // URL_INVALID, VENDOR_ERROR. After an error the walk stands where it stood.
  absl::StatusOr<bool> Advance(const Found& found);

  // The walk as JSON text of bounded size, and back. INTERNAL when the text is none of ours.
  std::string Checkpoint() const;
  absl::Status Restore(std::string_view checkpoint);

 private:
  Walk(std::unique_ptr<const Paginator> paginator, CountExpression total)
      : paginator_(std::move(paginator)),
        total_expression_(std::move(total)),
        position_(paginator_->First()) {}

  std::unique_ptr<const Paginator> paginator_;
  CountExpression total_expression_;
  Position position_;
  ProgressGuard guard_;
  std::int64_t total_ = 0;
};

}  // namespace syncline::paging
