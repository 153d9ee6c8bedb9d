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
  const absl::Status status = ValidatePagination(pagination, {"vars", "run"});
  std::vector<std::string> fields;
  for (const auto& violation : base::FieldViolationsOf(status)) fields.push_back(violation.field);
  EXPECT_THAT(fields, ElementsAreArray(GetParam().fields)) << base::MessageOf(status);
  // What is only a name that the place does not offer is no mistake of the pagination itself.
  EXPECT_EQ(MakePaginator(pagination).ok(), ValidatePagination(pagination).ok());
}

INSTANTIATE_TEST_SUITE_P(
    Table, ValidatePaginationTable,
    testing::Values(
        ValidationCase{"None", "none {}", {}},
        ValidationCase{"NoKind", "total: 'response.total'", {""}},
        ValidationCase{"Offset", "limit_offset { limit: 100 } total: 'headers.total'", {}},
        ValidationCase{"OffsetMistakes",
                       "limit_offset { limit_parameter: 'x' offset_parameter: 'x' "
                       "first_offset: -1 step: -1 } total: 'body.x'",
                       {"limitOffset.limit", "limitOffset.offsetParameter",
                        "limitOffset.firstOffset", "limitOffset.step", "total"}},
        ValidationCase{"BothParametersUnsent",
                       "limit_offset { limit: 1 limit_parameter: '' offset_parameter: '' }",
                       {}},
        ValidationCase{
            "PageMistakes",
            "limit_page { limit: 100001 first_page: -1 page_count: 'response.' step: "
            "1000000001 }",
            {"limitPage.limit", "limitPage.firstPage", "limitPage.pageCount", "limitPage.step"}},
        ValidationCase{"CursorOfAnyName",
                       "cursor { token { from: 'links.a || headers.b || last_record.c || "
                       "response.d || page.number || status || vars.a || run.start_time' "
                       "query_parameter: 'q' } }",
                       {}},
        ValidationCase{"CursorWithoutNext", "cursor {}", {"cursor"}},
        ValidationCase{
            "CursorWithUnknownName", "cursor { next_url: 'body.next' }", {"cursor.nextUrl"}},
        ValidationCase{"CursorMistakes",
                       "cursor { token { from: '' } limit_parameter: 'n' }",
                       {"cursor.token.from", "cursor.limit"}},
        ValidationCase{"CursorBesideItsLimit",
                       "cursor { token { from: 'response.a' query_parameter: 'n' } limit: 1 "
                       "limit_parameter: 'n' }",
                       {"cursor.token.queryParameter"}},
        ValidationCase{"NoneHasNoMore", "none {} has_more: 'response.a'", {"hasMore"}},
        ValidationCase{"HasMore", "limit_page { limit: 1 } has_more: 'response.'", {"hasMore"}},
        ValidationCase{"EndStatuses",
                       "limit_page { limit: 1 } end_statuses: 404 end_statuses: 399 "
                       "end_statuses: 401 end_statuses: 429 end_statuses: 500 end_statuses: 416",
                       {"endStatuses[1]", "endStatuses[2]", "endStatuses[3]", "endStatuses[4]"}},
        ValidationCase{"ManyEndStatuses",
                       "limit_page { limit: 1 } end_statuses: [400, 402, 403, 404, 405, 406, 409, "
                       "410, 411]",
                       {"endStatuses"}},
        ValidationCase{"Parallel",
                       "limit_page { limit: 1 page_count: 'response.n' } parallel_page_count: 16",
                       {}},
        ValidationCase{"ParallelWithoutACount",
                       "limit_offset { limit: 1 } parallel_page_count: 2",
                       {"parallelPageCount"}},
        ValidationCase{"TooManyInParallel",
                       "limit_offset { limit: 1 } total: 'response.n' parallel_page_count: 17",
                       {"parallelPageCount"}},
        ValidationCase{"ParallelCursor",
                       "cursor { next_url: 'response.n' } total: 'response.t' "
                       "parallel_page_count: 2",
                       {"parallelPageCount"}},
        ValidationCase{"Window", "limit_page { limit: 1 } result_window: -1", {"resultWindow"}},
        ValidationCase{"Automatic", "automatic {} end_statuses: 404", {}},
        ValidationCase{"AutomaticFindsItsOwn",
                       "automatic {} total: 'response.t' has_more: 'response.m'",
                       {"total", "hasMore"}},
        ValidationCase{"AdvancedWithoutRules", "advanced {}", {"advanced.rules"}},
        ValidationCase{"Advanced",
                       "advanced { rules { when: 'response.a' stop: true } rules { add { query { "
                       "key: 'a' value: 'page.values.x' } headers { key: 'X-A' value: 'status' } "
                       "values { key: 'x' value: 'vars.a' } url: 'links.next' } } }",
                       {}},
        ValidationCase{
            "AdvancedMistakes",
            "advanced { rules { when: 'a.' } rules { stop: false } rules { add {} } rules { add { "
            "query { key: '' value: 'response.a' } headers { key: 'a b' value: 'body' } values { "
            "key: 'A' value: 'response.' } url: 'x' } } }",
            {"advanced.rules[0].when", "advanced.rules[0]", "advanced.rules[1].stop",
             "advanced.rules[2].add", "advanced.rules[3].add.query.",
             "advanced.rules[3].add.headers.a b", "advanced.rules[3].add.headers.a b",
             "advanced.rules[3].add.values.A", "advanced.rules[3].add.values.A",
             "advanced.rules[3].add.url"}}),
    [](const auto& test) { return test.param.name; });

TEST(ValidatePagination, BoundsRulesAndWhatTheyAdd) {
  v1::Pagination pagination;
  const auto fields = [&] {
    std::vector<std::string> names;
    for (const auto& violation : base::FieldViolationsOf(ValidatePagination(pagination, {}))) {
      names.push_back(violation.field);
    }
    return names;
  };
  for (int i = 0; i < 32; ++i) {
    auto& query = *pagination.mutable_advanced()->add_rules()->mutable_add()->mutable_query();
    query["a"] = "response.a";
    query["b"] = "response.b";
  }
  EXPECT_THAT(fields(), testing::IsEmpty());
  pagination.mutable_advanced()->mutable_rules(0)->mutable_add()->set_url("response.u");
  EXPECT_THAT(fields(), ElementsAreArray({"advanced.rules"}));
  pagination.mutable_advanced()->mutable_rules(0)->mutable_add()->clear_url();
  pagination.mutable_advanced()->add_rules()->set_stop(true);
  EXPECT_THAT(fields(), ElementsAreArray({"advanced.rules"}));
}

TEST(ValidatePagination, BoundsTheFirstToken) {
  v1::Pagination pagination = ParsePagination("cursor { token { from: 'response.a' } }");
  pagination.mutable_cursor()->mutable_token()->set_first(std::string(Token::kBytesMax, 'x'));
  EXPECT_TRUE(ValidatePagination(pagination).ok());
  pagination.mutable_cursor()->mutable_token()->mutable_first()->push_back('x');
  EXPECT_FALSE(ValidatePagination(pagination).ok());
}

}  // namespace
}  // namespace syncline::paging
