#include <gmock/gmock.h>

#include "paging/make_paginator.h"
#include "tests/paging/walk_fixture.h"

namespace syncline::paging {
namespace {

using testing::ElementsAreArray;

struct ValidationCase {
  const char* name;
  const char* pagination;
  std::vector<std::string> fields;
};

class ValidatePaginationTable : public testing::TestWithParam<ValidationCase> {};

TEST_P(ValidatePaginationTable, NamesEveryWrongField) {
  const v1::Pagination pagination = ParsePagination(GetParam().pagination);
  const absl::Status status = ValidatePagination(pagination);
  std::vector<std::string> fields;
  for (const auto& violation : base::FieldViolationsOf(status)) fields.push_back(violation.field);
  EXPECT_THAT(fields, ElementsAreArray(GetParam().fields)) << base::MessageOf(status);
  EXPECT_EQ(MakePaginator(pagination).ok(), GetParam().fields.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Table, ValidatePaginationTable,
    testing::Values(
        ValidationCase{"None", "none {}", {}},
        ValidationCase{"NoKind", "total: 'response.total'", {""}},
        ValidationCase{"Offset", "limit_offset { limit: 100 } total: 'headers.total'", {}},
        ValidationCase{"OffsetMistakes",
                       "limit_offset { limit_parameter: 'x' offset_parameter: 'x' "
                       "first_offset: -1 } total: 'links.x'",
                       {"limitOffset.limit", "limitOffset.offsetParameter",
                        "limitOffset.firstOffset", "total"}},
        ValidationCase{"BothParametersUnsent",
                       "limit_offset { limit: 1 limit_parameter: '' offset_parameter: '' }",
                       {}},
        ValidationCase{"PageMistakes",
                       "limit_page { limit: 100001 first_page: -1 page_count: 'response.' }",
                       {"limitPage.limit", "limitPage.firstPage", "limitPage.pageCount"}},
        ValidationCase{"CursorOfAnyName",
                       "cursor { token { from: 'links.a || headers.b || last_record.c || "
                       "response.d || page.number' query_parameter: 'q' } }",
                       {}},
        ValidationCase{"CursorWithoutNext", "cursor {}", {"cursor"}},
        ValidationCase{
            "CursorWithUnknownName", "cursor { next_url: 'body.next' }", {"cursor.nextUrl"}},
        ValidationCase{"CursorMistakes",
                       "cursor { token { from: '' } limit_parameter: 'n' }",
                       {"cursor.token.from", "cursor.token.queryParameter", "cursor.limit"}}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace syncline::paging
