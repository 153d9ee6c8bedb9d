#include "paging/make_paginator.h"

#include "base/status.h"
#include "paging/advanced_paginator.h"
#include "paging/cursor_paginator.h"
#include "paging/limit_offset_paginator.h"
#include "paging/limit_page_paginator.h"
#include "paging/no_paginator.h"

namespace syncline::paging {
namespace {

absl::StatusOr<std::unique_ptr<Paginator>> MakeLimitPage(const v1::LimitPagePagination& spec) {
  SYNCLINE_ASSIGN_OR_RETURN(
      CountExpression page_count,
      CountExpression::Compile(spec.page_count(), "pagination.limitPage.pageCount"));
  return std::make_unique<LimitPagePaginator>(spec, std::move(page_count));
}

absl::StatusOr<std::unique_ptr<Paginator>> MakeCursor(const v1::CursorPagination& spec) {
  const bool is_url = spec.next_case() == v1::CursorPagination::kNextUrl;
  SYNCLINE_ASSIGN_OR_RETURN(
      expression::Expression next,
      expression::Expression::Compile(is_url ? spec.next_url() : spec.token().from()));
  return std::make_unique<CursorPaginator>(spec, std::move(next));
}

absl::StatusOr<std::unique_ptr<Paginator>> MakeAdvanced(const v1::AdvancedPagination& spec) {
  SYNCLINE_ASSIGN_OR_RETURN(std::unique_ptr<AdvancedPaginator> paginator,
                            AdvancedPaginator::Make(spec));
  return paginator;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Paginator>> MakePaginator(const v1::Pagination& pagination) {
  SYNCLINE_RETURN_IF_ERROR(ValidatePagination(pagination));
  switch (pagination.kind_case()) {
    case v1::Pagination::kLimitOffset:
      return std::make_unique<LimitOffsetPaginator>(pagination.limit_offset());
    case v1::Pagination::kLimitPage: return MakeLimitPage(pagination.limit_page());
    case v1::Pagination::kCursor: return MakeCursor(pagination.cursor());
    case v1::Pagination::kAdvanced: return MakeAdvanced(pagination.advanced());
    case v1::Pagination::kNone:
    case v1::Pagination::kAutomatic:           // its first request is the integration's own
    case v1::Pagination::KIND_NOT_SET: break;  // was refused above
  }
  return std::make_unique<NoPaginator>();
}

}  // namespace syncline::paging
