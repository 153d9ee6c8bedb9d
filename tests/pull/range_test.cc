#include "pull/range.h"

#include <gmock/gmock.h>

#include <deque>

#include "tests/pull/puller_fixture.h"

namespace syncline::pull {
namespace {

using testing::ElementsAre;

std::string Show(const RangePart& part) {
  return std::to_string(part.from) + "-" + std::to_string(part.to);
}

std::vector<std::string> PartsOf(const Range& range) {
  std::vector<std::string> parts;
  for (auto part = range.First(); part.has_value(); part = range.PartFrom(part->to)) {
    parts.push_back(Show(*part));
  }
  return parts;
}

TEST(RangeTest, HasTheCellsOfItsStep) {
  EXPECT_THAT(PartsOf(Range({0, 25}, 10, 1)), ElementsAre("0-10", "10-20", "20-25"));
  EXPECT_THAT(PartsOf(Range({-15, 5}, 10, 1)), ElementsAre("-15--5", "-5-5"));
  EXPECT_THAT(PartsOf(Range({3, 9}, 0, 1)), ElementsAre("3-9"));
  EXPECT_THAT(PartsOf(Range({3, 4}, 10, 1)), ElementsAre("3-4"));
  EXPECT_THAT(PartsOf(Range({3, 3}, 10, 1)), ElementsAre());
  EXPECT_THAT(PartsOf(Range({4, 3}, 10, 1)), ElementsAre());
}

// Walks as a run does: parts with more than `most` whole numbers are halved. A run may be resumed
// after any part, and then knows nothing but where that part ended.
std::vector<std::string> Halved(const Range& range, std::int64_t most, bool resumes) {
  std::vector<std::string> parts;
  std::deque<RangePart> open;
  auto next = range.First();
  while (next.has_value() || !open.empty()) {
    if (open.empty()) open.push_back(*next);
    const RangePart part = open.front();
    open.pop_front();
    if (const auto halves = range.Halve(part); part.to - part.from > most && halves.has_value()) {
      open.push_front(halves->second);
      open.push_front(halves->first);
      continue;
    }
    parts.push_back(Show(part));
    if (resumes) open.clear();
    if (open.empty()) next = range.PartFrom(part.to);
  }
  return parts;
}

TEST(RangeTest, ItsPartsAreHalvedAndFoundAgain) {
  const Range range({0, 20}, 10, 1);
  EXPECT_THAT(Halved(range, 5, false), ElementsAre("0-5", "5-10", "10-15", "15-20"));
  EXPECT_THAT(Halved(range, 3, false),
              ElementsAre("0-2", "2-5", "5-7", "7-10", "10-12", "12-15", "15-17", "17-20"));
  for (const std::int64_t most : {1, 2, 3, 5, 7, 10}) {
    EXPECT_EQ(Halved(range, most, true), Halved(range, most, false)) << most;
    EXPECT_EQ(Halved(Range({7, 1'000}, 0, 4), most, true),
              Halved(Range({7, 1'000}, 0, 4), most, false))
        << most;
  }
}

TEST(RangeTest, ItsHalvesAreNoSmallerThanTheSmallestStep) {
  EXPECT_THAT(Halved(Range({0, 10}, 0, 5), 1, false), ElementsAre("0-5", "5-10"));
  EXPECT_THAT(Halved(Range({0, 12}, 0, 5), 1, false), ElementsAre("0-5", "5-12"));
  EXPECT_FALSE(Range({0, 9}, 0, 5).Halve({0, 9}).has_value());
  EXPECT_FALSE(Range({0, 1}, 0, 1).Halve({0, 1}).has_value());
}

TEST(RangeTest, APlaceInsideAPartIsTheRestOfIt) {
  // The definition changed while the run was away: what is left of the cell is one part.
  EXPECT_EQ(Range({0, 20}, 10, 5).PartFrom(7), (RangePart{7, 10}));
}

struct RangeCase {
  const char* name;
  const char* range;
  std::vector<std::string> parts;   // from-to as templates see them, or the error
  std::vector<std::string> fields;  // that are wrong
};

class RangePlanTable : public testing::TestWithParam<RangeCase> {};

TEST_P(RangePlanTable, YieldsItsParts) {
  v1::PartitionRange spec;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(GetParam().range, &spec));
  base::FieldViolations violations;
  const auto plan = RangePlan::Compile(spec, "r", {"vars", "run", "parents.p"}, true, &violations);
  std::vector<std::string> fields;
  for (const auto& one : base::FieldViolationsOf(violations.ToStatus()))
    fields.push_back(one.field);
  EXPECT_EQ(fields, GetParam().fields) << violations.ToStatus();
  if (!violations.empty()) return;
  const std::map<std::string, std::string> vars = {{"a", "5"}};
  const RunScope run(vars, base::Time(std::chrono::seconds(1'767'225'845)));
  const auto range = plan->Resolve(run.names().value(), run.run_start());
  std::vector<std::string> parts;
  if (!range.ok()) parts.push_back(std::string(base::ReasonName(base::ReasonOf(range.status()))));
  for (auto part = range.ok() ? range->First() : std::nullopt; part.has_value();
       part = range->PartFrom(part->to)) {
    const auto [from, to] = plan->Write(*part);
    parts.push_back(from + " " + to);
  }
  EXPECT_EQ(parts, GetParam().parts);
}

INSTANTIATE_TEST_SUITE_P(
    Table, RangePlanTable,
    testing::Values(
        RangeCase{"Numbers", "from: '{{vars.a}}' to: '9' step: '3'", {"5 8", "8 9"}, {}},
        RangeCase{"NumbersBothEndsIncluded",
                  "from: '0' to: '4' step: '2' inclusive_end: true",
                  {"0 1", "2 3"},
                  {}},
        RangeCase{"DaysUntilNow",
                  "from: '2025-12-31' to: '{{run.start_time}}' step: '1d'",
                  {"2025-12-31T00:00:00Z 2026-01-01T00:00:00Z",
                   "2026-01-01T00:00:00Z 2026-01-01T00:04:05Z"},
                  {}},
        RangeCase{"EpochUntilNow",
                  "from: '1767225600' to: '{{run.start_time}}' step: '1h' format: 'epoch'",
                  {"1767225600 1767225845"},
                  {}},
        RangeCase{"HoursBothEndsIncluded",
                  "from: '2026-01-01T00:00:00Z' to: '2026-01-01T02:00:00Z' step: '3600s' "
                  "inclusive_end: true",
                  {"2026-01-01T00:00:00Z 2026-01-01T00:59:59Z",
                   "2026-01-01T01:00:00Z 2026-01-01T01:59:59Z"},
                  {}},
        RangeCase{"NoNumber", "from: 'x' to: '4'", {"INVALID_ARGUMENT"}, {}},
        RangeCase{"NoTime", "from: 'x' to: '4' step: '1d'", {"INVALID_ARGUMENT"}, {}},
        RangeCase{"MissingVar", "from: '{{vars.b}}' to: '4'", {"TEMPLATE_VALUE_MISSING"}, {}},
        RangeCase{"Empty", "", {}, {"r.from", "r.to"}},
        RangeCase{"UnknownNames", "from: '{{page.x}}' to: '{{parents.q}}'", {}, {"r.from", "r.to"}},
        RangeCase{"Steps",
                  "from: '0' to: '1' step: '0' smallest_step: '-1'",
                  {},
                  {"r.step", "r.smallestStep"}},
        RangeCase{"MixedSteps", "from: '0' to: '1' step: '10' smallest_step: '1s'", {}, {"r.step"}},
        RangeCase{"Format", "from: '0' to: '1' format: 'yyyy'", {}, {"r.format"}}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace syncline::pull
