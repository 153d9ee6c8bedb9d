#include "pull/errand.h"

#include <gtest/gtest.h>

namespace syncline::pull {
namespace {

using model::ExchangePurpose;

struct ErrandCase {
  const char* name;
  Errand errand;
  std::int64_t number;
  paging::PageRequest asked;
  const char* text;
};
class ErrandTable : public testing::TestWithParam<ErrandCase> {};
TEST_P(ErrandTable, Describes) {
  EXPECT_EQ(GetParam().errand.ForPage(GetParam().number, GetParam().asked).Describe(),
            GetParam().text);
}
INSTANTIATE_TEST_SUITE_P(
    Table, ErrandTable,
    testing::Values(
        ErrandCase{"FirstPage", {}, 1, {}, "page 1"},
        ErrandCase{"Link",
                   {},
                   3,
                   {.next_url = "http://v.example/", .scope = {.index = 2}},
                   "page 3: the next link of page 2"},
        ErrandCase{"Token",
                   {},
                   2,
                   {.scope = {.index = 1, .cursor = {.text = "x"}}},
                   "page 2: the token of page 1"},
        ErrandCase{"Offset", {}, 2, {.scope = {.index = 1, .offset = 50}}, "page 2: offset 50"},
        ErrandCase{"Level",
                   {.purpose = ExchangePurpose::kParents, .name = "site"},
                   1,
                   {},
                   "level site, page 1"},
        ErrandCase{"ExportJob",
                   {.purpose = ExchangePurpose::kExportJob, .name = "its order"},
                   1,
                   {},
                   "the export job: its order"},
        ErrandCase{"Detail",
                   {.purpose = ExchangePurpose::kDetail,
                    .name = "owner",
                    .page_number = 4,
                    .record_index = 11},
                   1,
                   {},
                   "detail owner of record 12 of page 4"},
        ErrandCase{"DetailWithPages",
                   {.purpose = ExchangePurpose::kDetail, .name = "owner", .page_number = 4},
                   2,
                   {.scope = {.index = 1, .offset = 10}},
                   "detail owner of record 1 of page 4, its page 2: offset 10"}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace syncline::pull
