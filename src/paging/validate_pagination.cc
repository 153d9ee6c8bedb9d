#include <fmt/format.h>

#include <array>

#include "paging/advanced_rules.h"
#include "paging/make_paginator.h"
#include "paging/pagination_check.h"

namespace syncline::paging {
namespace {

constexpr int kLimitMax = 100'000;
constexpr std::int64_t kStepMax = 1'000'000'000;
constexpr int kEndStatusesMax = 8;
// Refusals of the sign-in and of haste: they say nothing of the list.
constexpr std::array<int, 4> kNeverEnds = {401, 407, 408, 429};

void CheckDistinct(const std::string& a, const std::string& b, const std::string& field,
                   PaginationCheck* check) {
  if (!a.empty() && a == b) {
    check->Add(field, fmt::format("'{}' is the parameter of the limit already", b));
  }
}

void CheckLimitOffset(const v1::LimitOffsetPagination& spec, PaginationCheck* check) {
  check->Range(spec.limit(), 1, kLimitMax, "limitOffset.limit");
  check->Parameter(spec.limit_parameter(), "limitOffset.limitParameter");
  check->Parameter(spec.offset_parameter(), "limitOffset.offsetParameter");
  CheckDistinct(spec.has_limit_parameter() ? spec.limit_parameter() : "limit",
                spec.has_offset_parameter() ? spec.offset_parameter() : "offset",
                "limitOffset.offsetParameter", check);
  if (spec.first_offset() < 0) check->Add("limitOffset.firstOffset", "must not be negative");
  check->Range(spec.step(), 0, kStepMax, "limitOffset.step");
}

void CheckLimitPage(const v1::LimitPagePagination& spec, PaginationCheck* check) {
  check->Range(spec.limit(), 1, kLimitMax, "limitPage.limit");
  check->Parameter(spec.limit_parameter(), "limitPage.limitParameter");
  check->Parameter(spec.page_parameter(), "limitPage.pageParameter");
  CheckDistinct(spec.has_limit_parameter() ? spec.limit_parameter() : "limit",
                spec.has_page_parameter() ? spec.page_parameter() : "page",
                "limitPage.pageParameter", check);
  if (spec.first_page() < 0) check->Add("limitPage.firstPage", "must not be negative");
  check->OptionalExpression(spec.page_count(), "limitPage.pageCount");
  check->Range(spec.step(), 0, kStepMax, "limitPage.step");
}

void CheckCursor(const v1::CursorPagination& spec, PaginationCheck* check) {
  switch (spec.next_case()) {
    case v1::CursorPagination::kNextUrl:
      check->Expression(spec.next_url(), "cursor.nextUrl");
      break;
    case v1::CursorPagination::kToken:
      check->Expression(spec.token().from(), "cursor.token.from");
      check->Parameter(spec.token().query_parameter(), "cursor.token.queryParameter");
      CheckDistinct(spec.limit_parameter(), spec.token().query_parameter(),
                    "cursor.token.queryParameter", check);
      if (spec.token().first().size() > Token::kBytesMax) {
        check->Add("cursor.token.first", fmt::format("is longer than {} bytes", Token::kBytesMax));
      }
      break;
    case v1::CursorPagination::NEXT_NOT_SET:
      check->Add("cursor", "set nextUrl or token: how to ask for the next page");
      break;
  }
  check->Parameter(spec.limit_parameter(), "cursor.limitParameter");
  if (spec.limit() != 0) check->Range(spec.limit(), 1, kLimitMax, "cursor.limit");
  if (spec.limit() == 0 && !spec.limit_parameter().empty()) {
    check->Add("cursor.limit", "is required beside limitParameter: the records per page");
  }
}

void CheckKind(const v1::Pagination& pagination, PaginationCheck* check) {
  switch (pagination.kind_case()) {
    case v1::Pagination::kNone:
      if (!pagination.has_more().empty()) {
        check->Add("hasMore", "does not go with none, which asks for one page only");
      }
      break;
    case v1::Pagination::kLimitOffset: return CheckLimitOffset(pagination.limit_offset(), check);
    case v1::Pagination::kLimitPage: return CheckLimitPage(pagination.limit_page(), check);
    case v1::Pagination::kCursor: return CheckCursor(pagination.cursor(), check);
    case v1::Pagination::kAdvanced: return CheckAdvanced(pagination.advanced(), check);
    case v1::Pagination::kAutomatic:
      for (const auto& [text, field] :
           {std::pair(pagination.total(), "total"), std::pair(pagination.has_more(), "hasMore")}) {
        if (!text.empty()) check->Add(field, "does not go with automatic, which finds its own");
      }
      break;
    case v1::Pagination::KIND_NOT_SET:
      check->Add("", "set one of none, limitOffset, limitPage, cursor, advanced, automatic");
      break;
  }
}

void CheckParallel(const v1::Pagination& pagination, PaginationCheck* check) {
  constexpr int kParallelMax = 16;
  check->Range(pagination.parallel_page_count(), 0, kParallelMax, "parallelPageCount");
  if (pagination.parallel_page_count() <= 1) return;
  if (!pagination.has_limit_offset() && !pagination.has_limit_page()) {
    return check->Add(
        "parallelPageCount",
        "goes with limitOffset and limitPage: only there can pages be asked for ahead");
  }
  if (pagination.total().empty() && pagination.limit_page().page_count().empty()) {
    check->Add("parallelPageCount", "needs total or limitPage.pageCount: how many pages there are");
  }
}

void CheckEndStatuses(const v1::Pagination& pagination, PaginationCheck* check) {
  if (pagination.end_statuses_size() > kEndStatusesMax) {
    check->Add("endStatuses", fmt::format("has {} entries; at most {} are allowed",
                                          pagination.end_statuses_size(), kEndStatusesMax));
  }
  for (int i = 0; i < pagination.end_statuses_size(); ++i) {
    const int status = pagination.end_statuses(i);
    if (status < 400 || status > 499 || std::ranges::count(kNeverEnds, status) > 0) {
      check->Add(fmt::format("endStatuses[{}]", i),
                 fmt::format("is {}; 400 to 499 are allowed, without {}", status,
                             fmt::join(kNeverEnds, ", ")));
    }
  }
}

absl::Status Validate(const v1::Pagination& pagination, const PaginationCheck::Names* names) {
  PaginationCheck check(names);
  CheckKind(pagination, &check);
  check.OptionalExpression(pagination.total(), "total");
  check.OptionalExpression(pagination.has_more(), "hasMore");
  CheckEndStatuses(pagination, &check);
  CheckParallel(pagination, &check);
  check.Range(pagination.result_window(), 0, kStepMax, "resultWindow");
  return check.ToStatus();
}

}  // namespace

absl::Status ValidatePagination(const v1::Pagination& pagination) {
  return Validate(pagination, nullptr);
}

absl::Status ValidatePagination(const v1::Pagination& pagination,
                                const std::vector<std::string_view>& place) {
  PaginationCheck::Names names = {"response", "headers", "links", "status", "last_record", "page"};
  names.insert(names.end(), place.begin(), place.end());
  return Validate(pagination, &names);
}

}  // namespace syncline::paging
