#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "paging/count_expression.h"
#include "paging/flag_expression.h"
#include "paging/paginator.h"
#include "syncline/v1/pagination.pb.h"

namespace syncline::paging {

// A pagination with everything in it compiled. Immutable, shared by any number of walks.
struct CompiledPagination {
  // What ValidatePagination says when the pagination is wrong.
  static absl::StatusOr<std::shared_ptr<const CompiledPagination>> Compile(
      const v1::Pagination& pagination);

  // Whether a status says that there is no such page: 204, 205 and those of the definition.
  bool EndsAt(int status) const;

  std::unique_ptr<const Paginator> paginator;  // of the first page, when `automatic`
  CountExpression total;
  FlagExpression has_more;
  std::vector<int> end_statuses;
  std::int64_t result_window = 0;  // 0 = none
  int parallel_page_count = 1;
  bool automatic = false;
};

}  // namespace syncline::paging
