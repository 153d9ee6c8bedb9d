#pragma once

#include "paging/paginator.h"

namespace syncline::paging {

// Exactly one request.
class NoPaginator final : public Paginator {
 public:
  PageRequest RequestFor(const Position&) const override { return {}; }
  absl::StatusOr<std::optional<Position>> Next(const Position&, const PageFacts&) const override {
    return std::optional<Position>();
  }
};

}  // namespace syncline::paging
