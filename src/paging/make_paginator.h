#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "paging/paginator.h"
#include "syncline/v1/pagination.pb.h"

namespace syncline::paging {

// Everything that is wrong with a pagination, as one INVALID_ARGUMENT with fields in proto JSON
// spelling relative to it ("limitOffset.limit"). Its expressions see `response`, `headers`,
// `links`, `status`, `last_record`, `page` and the names of the place where it stands, e.g.
// {"vars", "run"}.
absl::Status ValidatePagination(const v1::Pagination& pagination,
                                const std::vector<std::string_view>& place);
// The same without looking at names: for one that was saved, or proposed.
absl::Status ValidatePagination(const v1::Pagination& pagination);

// The paginator of a pagination; what ValidatePagination says when it is wrong.
absl::StatusOr<std::unique_ptr<Paginator>> MakePaginator(const v1::Pagination& pagination);

}  // namespace syncline::paging
