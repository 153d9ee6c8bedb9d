#include "pull/fan_out_plan.h"

#include <gmock/gmock.h>

#include "pull/validate_integration.h"
#include "tests/pull/puller_fixture.h"

namespace syncline::pull {
namespace {

using testing::ElementsAre;

struct PlanCase {
  const char* name;
  std::string integration;
  std::vector<std::string> fields;  // that are wrong
};

class FanOutPlanTable : public testing::TestWithParam<PlanCase> {};

TEST_P(FanOutPlanTable, NamesEveryWrongField) {
  const absl::Status status = ValidateIntegration(ParseIntegration(GetParam().integration));
  std::vector<std::string> fields;
  for (const auto& violation : base::FieldViolationsOf(status)) fields.push_back(violation.field);
  EXPECT_EQ(fields, GetParam().fields) << base::MessageOf(status);
}

const char kUrl[] = "request { url: 'http://v.example/{{parent.id}}' } ";
const char kSites[] = "levels { name: 'site' request { request { url: 'http://v.example/s' } } } ";

std::string Levels(int count) {
  std::string levels;
  for (int i = 0; i < count; ++i) {
    levels +=
        "levels { name: 'l" + std::to_string(i) + "' values { values { number_value: 1 } } } ";
  }
  return "request { url: 'http://v.example/' } fan_out { " + levels + "}";
}

std::string Values(int count) {
  std::string values;
  for (int i = 0; i < count; ++i) values += "values { number_value: 1 } ";
  return std::string(kUrl) + "fan_out { levels { name: 'v' values { " + values + "} } }";
}

INSTANTIATE_TEST_SUITE_P(
    Table, FanOutPlanTable,
    testing::Values(
        PlanCase{"ParentWithoutAFanOut", kUrl, {"request.url"}},
        PlanCase{"Smallest", std::string(kUrl) + "fan_out { " + kSites + "}", {}},
        PlanCase{"NoLevels", "request { url: 'http://v.example/' } fan_out {}", {"fanOut.levels"}},
        PlanCase{"FiveLevels", Levels(5), {}}, PlanCase{"SixLevels", Levels(6), {"fanOut.levels"}},
        PlanCase{"MostValues", Values(10'000), {}},
        PlanCase{"TooManyValues", Values(10'001), {"fanOut.levels[0].values.values"}},
        PlanCase{"Names",
                 "request { url: 'http://v.example/' } fan_out { "
                 "levels { name: 'Site' values { expression: 'vars.x' } } "
                 "levels { name: 'a' values { expression: 'vars.x' } } "
                 "levels { name: 'a' values { expression: 'vars.x' } } }",
                 {"fanOut.levels[0].name", "fanOut.levels[2].name"}},
        PlanCase{
            "Bounds",
            std::string(kUrl) + "fan_out { parallel_count: 17 partition_count_max: 1000001 " +
                "levels { name: 'a' group_size: 1001 values { expression: '[`1`]' } } }",
            {"fanOut.parallelCount", "fanOut.partitionCountMax", "fanOut.levels[0].groupSize"}},
        PlanCase{"MostOfAll",
                 std::string(kUrl) + "fan_out { parallel_count: 16 partition_count_max: 1000000 " +
                     "levels { name: 'a' group_size: 1000 values { expression: '[`1`]' } } }",
                 {}},
        PlanCase{"NoSource",
                 std::string(kUrl) + "fan_out { levels { name: 'a' } "
                                     "levels { name: 'b' values {} } "
                                     "levels { name: 'c' union { sources {} } } }",
                 {"fanOut.levels[0]", "fanOut.levels[1].values", "fanOut.levels[2].union.sources",
                  "fanOut.levels[2].union.sources[0]"}},
        PlanCase{"ALevelSeesThoseBeforeItOnly",
                 std::string(kUrl) + "fan_out { "
                                     "levels { name: 'a' values { expression: 'parents.b.x' } } "
                                     "levels { name: 'b' request { request { "
                                     "url: 'http://v.example/{{parents.a.id}}/{{parents.b.id}}' } "
                                     "filter: 'record.x && parent.y' } } }",
                 {"fanOut.levels[0].values.expression", "fanOut.levels[1].request.request.url",
                  "fanOut.levels[1].request.filter"}},
        PlanCase{"AnUnknownLevel",
                 "request { url: 'http://v.example/{{parents.sites.id}}' } fan_out { " +
                     std::string(kSites) + "}",
                 {"request.url"}},
        PlanCase{"MistakesInAListOfParents",
                 std::string(kUrl) +
                     "fan_out { levels { name: 'a' key: 'x.' request { request { url: '/x' } "
                     "pagination { limit_page {} } records: 'a.' filter: '(' } } }",
                 {"fanOut.levels[0].request.request.url",
                  "fanOut.levels[0].request.pagination.limitPage.limit",
                  "fanOut.levels[0].request.records", "fanOut.levels[0].request.filter",
                  "fanOut.levels[0].key"}},
        PlanCase{
            "Range",
            std::string(kUrl) +
                "fan_out { levels { name: 'a' key: 'from' group_size: 2 range { from: '0' "
                "to: '1' step: 'x' } } }",
            {"fanOut.levels[0].range.step", "fanOut.levels[0].key", "fanOut.levels[0].groupSize"}},
        // What only a run knows is not tried out: neither a URL that is wholly of a parent, nor
        // what a function makes of it.
        PlanCase{"TemplatesOfParents",
                 "request { url: '{{parent.url}}' query { key: 'ids' value: "
                 "\"{{join(',', parent.ids)}}\" } headers { key: 'X' value: '{{parents.site.x}}' } "
                 "} fan_out { " +
                     std::string(kSites) + "}",
                 {}},
        PlanCase{"OtherNamesAreTriedOut",
                 "request { url: 'http://v.example/{{parent.id}}' "
                 "query { key: 'q' value: '{{vars.missing}}' } } fan_out { " +
                     std::string(kSites) + "}",
                 {"request.query.q"}}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(FanOutPlanTest, SaysWhatIsInScopeBelowEachLevel) {
  const std::map<std::string, std::string> vars;
  const RunScope run(vars, base::Time());
  const auto plan = FanOutPlan::Compile(ParseIntegration(Levels(2)), run);
  ASSERT_TRUE(plan.ok()) << base::MessageOf(plan.status());
  EXPECT_THAT((*plan)->NamesBelow(0), ElementsAre("vars", "run"));
  EXPECT_THAT((*plan)->NamesBelow(1), ElementsAre("vars", "run", "parents.l0"));
  EXPECT_THAT((*plan)->names(), ElementsAre("vars", "run", "parents.l0", "parents.l1", "parent"));
  EXPECT_THAT((*FanOutPlan::Compile(ParseIntegration(kUrl), run))->names(),
              ElementsAre("vars", "run"));
}

}  // namespace
}  // namespace syncline::pull
