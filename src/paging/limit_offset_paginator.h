#pragma once

#include "paging/paginator.h"
#include "syncline/v1/pagination.pb.h"

namespace syncline::paging {

// `?limit=100&offset=200`. Unless a step is given, the offset moves on by the records that came,
// not by those asked for: a vendor that caps its pages below the limit loses nothing.
class LimitOffsetPaginator final : public Paginator {
 public:
  // `spec` must have passed ValidatePagination.
  explicit LimitOffsetPaginator(const v1::LimitOffsetPagination& spec) : spec_(spec) {}
  Position First() const override;
  PageRequest RequestFor(const Position& position) const override;
  absl::StatusOr<std::optional<Position>> Next(const Position& position,
                                               const PageFacts& facts) const override;
  std::optional<std::int64_t> GuessPageCount(const Position& position,
                                             const PageFacts& facts) const override;
  std::optional<Position> Guess(const Position& position, std::int64_t record_count) const override;

 private:
  const v1::LimitOffsetPagination spec_;
};

}  // namespace syncline::paging
