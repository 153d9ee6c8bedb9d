// Incremental runs of a fan-out: a state per partition, and ranges that begin where the last run
// ended.
#include <gmock/gmock.h>

#include <map>

#include "tests/pull/fan_out_fixture.h"

namespace syncline::pull {
namespace {

using testing::ElementsAre;
using testing::Pair;

class PartitionStatesTest : public FanOutTest, public StateSource {
 protected:
  PartitionStatesTest() { states_ = this; }

  absl::StatusOr<std::optional<std::int64_t>> Find(const std::string& partition) override {
    if (!trouble_.ok()) return std::exchange(trouble_, absl::OkStatus());
    const auto kept = kept_.find(partition);
    return kept == kept_.end() ? std::nullopt : std::optional(kept->second);
  }

  // One complete run; its states are kept, of a partition in parts the largest.
  std::string Run(const std::string& integration) {
    const auto puller = MakePuller(vendor_, integration);
    std::string text;
    std::map<std::string, std::int64_t> found;
    while (true) {
      const auto page = puller->Next({});
      if (!page.ok()) return text + std::string(base::ReasonName(base::ReasonOf(page.status())));
      if (!page->has_value()) break;
      text += (text.empty() ? "" : " ") + Describe(**page);
      for (const model::PartitionState& state : (*page)->states) {
        std::int64_t& newest = found[state.partition];
        newest = std::max(newest, state.value);
      }
    }
    for (const auto& [partition, value] : found) kept_[partition] = value;
    return text;
  }

  std::map<std::string, std::int64_t> kept_;
  absl::Status trouble_;
};

TEST_F(PartitionStatesTest, EachPartitionHasItsOwn) {
  const char* const integration =
      "request { url: 'http://v.example/{{parents.org}}/{{parent}}' "
      "query { key: 'since' value: '{{state.cursor}}' } } "
      "incremental { type: TYPE_NUMBER record_field: 'n' initial: '0' } "
      "fan_out { levels { name: 'org' values { values { string_value: 'a/b' } } } "
      "levels { name: 'site' values { values { number_value: 1 } values { number_value: 2 } } } }";
  answers_ = {{"/a%2Fb/1?since=0", R"([{"id":1,"n":5}])"},
              {"/a%2Fb/2?since=0", "[]"},
              {"/a%2Fb/1?since=5", R"([{"id":2,"n":7}])"}};
  EXPECT_EQ(Run(integration), "1/a/b/1:1 2/a/b/2:.");
  EXPECT_THAT(kept_, ElementsAre(Pair("a%2Fb/1", 5)));
  EXPECT_EQ(Run(integration), "1/a/b/1:2 2/a/b/2:.");
  EXPECT_THAT(kept_, ElementsAre(Pair("a%2Fb/1", 7)));
}

TEST_F(PartitionStatesTest, ARangeBeginsWhereTheLastRunEnded) {
  const char* const integration =
      "request { url: 'http://v.example/{{parents.site}}/{{parent.from}}-{{parent.to}}' } "
      "incremental { type: TYPE_NUMBER record_field: 'n' initial: '0' } "
      "fan_out { levels { name: 'site' values { values { string_value: 's' } } } "
      "levels { name: 'part' range { from: '{{state.cursor}}' to: '20' step: '10' } } }";
  answers_ = {
      {"/s/0-10", R"([{"id":1,"n":9}])"}, {"/s/10-20", R"([{"id":2,"n":12}])"}, {"/s/12-20", "[]"}};
  EXPECT_EQ(Run(integration), "1/s/0..10:1 2/s/10..20:2.");
  EXPECT_THAT(kept_, ElementsAre(Pair("s", 12))) << "the parts are of one partition";
  EXPECT_EQ(Run(integration), "1/s/12..20:.");
  EXPECT_THAT(kept_, ElementsAre(Pair("s", 12)));
}

TEST_F(PartitionStatesTest, ATroubledDatabaseLosesNothing) {
  const char* const integration =
      "request { url: 'http://v.example/{{parent.from}}' } "
      "incremental { type: TYPE_NUMBER record_field: 'n' initial: '0' } "
      "fan_out { levels { name: 'part' range { from: '{{state.cursor}}' to: '5' } } }";
  answers_ = {{"/0", R"([{"id":1,"n":3}])"}};
  trouble_ = base::Error(base::Reason::kDatabaseUnavailable, "away");
  const auto puller = MakePuller(vendor_, integration);
  EXPECT_EQ(base::ReasonOf(puller->Next({}).status()), base::Reason::kDatabaseUnavailable);
  EXPECT_EQ(PullAll(*puller), "1/0..5:1.");
}

TEST_F(PartitionStatesTest, WithoutIncrementalThereIsNoState) {
  const absl::Status status = ValidateIntegration(ParseIntegration(
      "request { url: 'http://v.example/' } fan_out { levels { name: 'part' range { "
      "from: '{{state.cursor}}' to: '5' } } }"));
  ASSERT_EQ(base::FieldViolationsOf(status).size(), 1U) << base::MessageOf(status);
  EXPECT_EQ(base::FieldViolationsOf(status)[0].field, "fanOut.levels[0].range.from");
}

}  // namespace
}  // namespace syncline::pull
