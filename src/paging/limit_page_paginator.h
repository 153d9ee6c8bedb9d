#pragma once

#include "paging/count_expression.h"
#include "paging/paginator.h"
#include "syncline/v1/pagination.pb.h"

namespace syncline::paging {

// `?limit=100&page=3`.
class LimitPagePaginator final : public Paginator {
 public:
  // `spec` must have passed ValidatePagination; `page_count` is its compiled expression.
  LimitPagePaginator(const v1::LimitPagePagination& spec, CountExpression page_count)
      : spec_(spec), page_count_(std::move(page_count)) {}
  PageRequest RequestFor(const Position& position) const override;
  absl::StatusOr<std::optional<Position>> Next(const Position& position,
                                               const PageFacts& facts) const override;
  absl::StatusOr<std::optional<std::int64_t>> DeclaredPageCount(
      const PageFacts& facts) const override;
  std::optional<std::int64_t> GuessPageCount(const Position& position,
                                             const PageFacts& facts) const override;
  std::optional<Position> Guess(const Position& position, std::int64_t record_count) const override;

 private:
  const v1::LimitPagePagination spec_;
  const CountExpression page_count_;
};

}  // namespace syncline::paging
