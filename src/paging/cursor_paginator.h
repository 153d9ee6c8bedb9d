#pragma once

#include <utility>

#include "paging/paginator.h"
#include "syncline/v1/pagination.pb.h"

namespace syncline::paging {

// The answer says how to ask for the next page: by a token, which goes into a query parameter or
// where a template puts it, or by a URL.
class CursorPaginator final : public Paginator {
 public:
  // `spec` must have passed ValidatePagination; `next` is its compiled expression.
  CursorPaginator(const v1::CursorPagination& spec, expression::Expression next)
      : spec_(spec), next_(std::move(next)) {}
  Position First() const override;
  PageRequest RequestFor(const Position& position) const override;
  absl::StatusOr<std::optional<Position>> Next(const Position& position,
                                               const PageFacts& facts) const override;
  std::string_view ProofOf(const Position& position) const override {
    return is_url() ? position.next_url : position.cursor.text;
  }

 private:
  bool is_url() const { return spec_.next_case() == v1::CursorPagination::kNextUrl; }

  const v1::CursorPagination spec_;
  const expression::Expression next_;
};

}  // namespace syncline::paging
