#include "paging/compiled_pagination.h"

#include <algorithm>

#include "base/status.h"
#include "paging/make_paginator.h"

namespace syncline::paging {

absl::StatusOr<std::shared_ptr<const CompiledPagination>> CompiledPagination::Compile(
    const v1::Pagination& pagination) {
  auto compiled = std::make_shared<CompiledPagination>();
  SYNCLINE_ASSIGN_OR_RETURN(compiled->paginator, MakePaginator(pagination));
  SYNCLINE_ASSIGN_OR_RETURN(compiled->total,
                            CountExpression::Compile(pagination.total(), "pagination.total"));
  SYNCLINE_ASSIGN_OR_RETURN(compiled->has_more, FlagExpression::Compile(pagination.has_more()));
  compiled->end_statuses.assign(pagination.end_statuses().begin(), pagination.end_statuses().end());
  compiled->result_window = pagination.result_window();
  compiled->parallel_page_count = std::max(1, pagination.parallel_page_count());
  compiled->automatic = pagination.has_automatic();
  return compiled;
}

bool CompiledPagination::EndsAt(int status) const {
  return status == 204 || status == 205 || std::ranges::count(end_statuses, status) > 0;
}

}  // namespace syncline::paging
