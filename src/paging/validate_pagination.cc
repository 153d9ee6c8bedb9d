#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/status.h"
#include "expression/expression.h"
#include "paging/make_paginator.h"

namespace syncline::paging {
namespace {

constexpr int kLimitMax = 100'000;
constexpr std::size_t kParameterBytesMax = 255;
constexpr std::array<std::string_view, 2> kCountNames = {"response", "headers"};
constexpr std::array<std::string_view, 5> kCursorNames = {"response", "headers", "links",
                                                          "last_record", "page"};

// Compiles, and looks whether every name it starts from is offered here.
template <std::size_t N>
void CheckExpression(const std::string& text, const std::array<std::string_view, N>& names,
                     const std::string& field, base::FieldViolations* violations) {
  const auto compiled = expression::Expression::Compile(text);
  if (!compiled.ok()) return violations->Add(field, base::MessageOf(compiled.status()));
  for (const std::string& name : compiled->RootNames()) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    std::string offered;
    for (const std::string_view one : names) {
      offered += (offered.empty() ? "" : ", ") + std::string(one);
    }
    violations->Add(field, fmt::format("'{}' is no name here; names in scope: {}", name, offered));
  }
}

void CheckLimit(int limit, const std::string& field, base::FieldViolations* violations) {
  if (limit < 1 || limit > kLimitMax) {
    violations->Add(field, fmt::format("is {}; 1 to {} are allowed", limit, kLimitMax));
  }
}

void CheckParameter(const std::string& name, const std::string& field,
                    base::FieldViolations* violations) {
  if (name.size() > kParameterBytesMax) {
    violations->Add(field, fmt::format("is longer than {} bytes", kParameterBytesMax));
  }
}

void CheckDistinct(const std::string& a, const std::string& b, const std::string& field,
                   base::FieldViolations* violations) {
  if (!a.empty() && a == b) {
    violations->Add(field, fmt::format("'{}' is the parameter of the limit already", b));
  }
}

void CheckLimitOffset(const v1::LimitOffsetPagination& spec, base::FieldViolations* violations) {
  CheckLimit(spec.limit(), "limitOffset.limit", violations);
  CheckParameter(spec.limit_parameter(), "limitOffset.limitParameter", violations);
  CheckParameter(spec.offset_parameter(), "limitOffset.offsetParameter", violations);
  CheckDistinct(spec.has_limit_parameter() ? spec.limit_parameter() : "limit",
                spec.has_offset_parameter() ? spec.offset_parameter() : "offset",
                "limitOffset.offsetParameter", violations);
  if (spec.first_offset() < 0) {
    violations->Add("limitOffset.firstOffset", "must not be negative");
  }
}

void CheckLimitPage(const v1::LimitPagePagination& spec, base::FieldViolations* violations) {
  CheckLimit(spec.limit(), "limitPage.limit", violations);
  CheckParameter(spec.limit_parameter(), "limitPage.limitParameter", violations);
  CheckParameter(spec.page_parameter(), "limitPage.pageParameter", violations);
  CheckDistinct(spec.has_limit_parameter() ? spec.limit_parameter() : "limit",
                spec.has_page_parameter() ? spec.page_parameter() : "page",
                "limitPage.pageParameter", violations);
  if (spec.first_page() < 0) violations->Add("limitPage.firstPage", "must not be negative");
  if (!spec.page_count().empty()) {
    CheckExpression(spec.page_count(), kCountNames, "limitPage.pageCount", violations);
  }
}

void CheckCursor(const v1::CursorPagination& spec, base::FieldViolations* violations) {
  switch (spec.next_case()) {
    case v1::CursorPagination::kNextUrl:
      CheckExpression(spec.next_url(), kCursorNames, "cursor.nextUrl", violations);
      break;
    case v1::CursorPagination::kToken:
      CheckExpression(spec.token().from(), kCursorNames, "cursor.token.from", violations);
      CheckParameter(spec.token().query_parameter(), "cursor.token.queryParameter", violations);
      if (spec.token().query_parameter().empty()) {
        violations->Add("cursor.token.queryParameter",
                        "is required: the query parameter that carries the token");
      }
      CheckDistinct(spec.limit_parameter(), spec.token().query_parameter(),
                    "cursor.token.queryParameter", violations);
      break;
    case v1::CursorPagination::NEXT_NOT_SET:
      violations->Add("cursor", "set nextUrl or token: how to ask for the next page");
      break;
  }
  CheckParameter(spec.limit_parameter(), "cursor.limitParameter", violations);
  if (spec.limit() != 0) CheckLimit(spec.limit(), "cursor.limit", violations);
  if (spec.limit() == 0 && !spec.limit_parameter().empty()) {
    violations->Add("cursor.limit", "is required beside limitParameter: the records per page");
  }
}

}  // namespace

absl::Status ValidatePagination(const v1::Pagination& pagination) {
  base::FieldViolations violations;
  switch (pagination.kind_case()) {
    case v1::Pagination::kNone:
    case v1::Pagination::kAdvanced:
    case v1::Pagination::kAutomatic: break;  // refused as a whole: pull/unbuilt_fields.cc
    case v1::Pagination::kLimitOffset:
      CheckLimitOffset(pagination.limit_offset(), &violations);
      break;
    case v1::Pagination::kLimitPage: CheckLimitPage(pagination.limit_page(), &violations); break;
    case v1::Pagination::kCursor: CheckCursor(pagination.cursor(), &violations); break;
    case v1::Pagination::KIND_NOT_SET:
      violations.Add("", "set one of none, limitOffset, limitPage, cursor");
      break;
  }
  if (!pagination.total().empty()) {
    CheckExpression(pagination.total(), kCountNames, "total", &violations);
  }
  return violations.ToStatus();
}

}  // namespace syncline::paging
