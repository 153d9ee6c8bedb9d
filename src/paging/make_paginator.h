#pragma once

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "paging/paginator.h"
#include "syncline/v1/integration.pb.h"

namespace syncline::paging {

// Everything that is wrong with a pagination, as one INVALID_ARGUMENT with fields in proto JSON
// spelling relative to it ("limitOffset.limit").
absl::Status ValidatePagination(const v1::Pagination& pagination);

// The paginator of a pagination; what ValidatePagination says when it is wrong.
absl::StatusOr<std::unique_ptr<Paginator>> MakePaginator(const v1::Pagination& pagination);

}  // namespace syncline::paging
