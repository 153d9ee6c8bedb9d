#include "pull/partition_pages.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/pull/fan_out_fixture.h"

namespace syncline::pull {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct FanOutCase {
  const char* name;
  const char* levels;   // of the fan-out, in protobuf text
  const char* request;  // of the integration
  std::map<std::string, std::string> answers;
  const char* pages;
};

constexpr char kSites[] =
    "levels { name: 'site' request { request { url: 'http://v.example/sites' } } }";
constexpr char kDevices[] = "request { url: 'http://v.example/sites/{{parent.id}}/devices' }";

class FanOutTable : public FanOutTest, public testing::WithParamInterface<FanOutCase> {
 protected:
  std::string Integration(const char* more = "") const {
    return std::string(GetParam().request) + " fan_out { " + GetParam().levels + " " + more + " }";
  }
};

// The same pages whatever happens: at one go, several partitions at a time, and when the worker
// dies after each page.
TEST_P(FanOutTable, YieldsItsPages) {
  answers_ = GetParam().answers;
  EXPECT_EQ(PullAll(*MakePuller(vendor_, Integration())), GetParam().pages);
  EXPECT_EQ(PullAll(*MakePuller(vendor_, Integration("parallel_count: 3"))), GetParam().pages);
  EXPECT_EQ(PullEachAnew(Integration()), GetParam().pages);
  EXPECT_EQ(PullEachAnew(Integration("parallel_count: 3")), GetParam().pages);
}

INSTANTIATE_TEST_SUITE_P(
    Table, FanOutTable,
    testing::Values(
        FanOutCase{"ChildrenOfParents",
                   kSites,
                   kDevices,
                   {{"/sites", R"([{"id":1},{"id":2}])"},
                    {"/sites/1/devices", R"([{"id":"a"},{"id":"b"}])"},
                    {"/sites/2/devices", R"([{"id":"c"}])"}},
                   "1/1:a,b 2/2:c."},
        FanOutCase{"EmptyPartitions",
                   kSites,
                   kDevices,
                   {{"/sites", R"([{"id":1},{"id":2},{"id":3}])"},
                    {"/sites/1/devices", "[]"},
                    {"/sites/2/devices", R"([{"id":"c"}])"},
                    {"/sites/3/devices", "[]"}},
                   "1/1: 2/2:c 3/3:."},
        FanOutCase{"NoParents", kSites, kDevices, {{"/sites", "[]"}}, "1:."},
        FanOutCase{"DuplicateParents",
                   kSites,
                   kDevices,
                   {{"/sites", R"([{"id":1},{"id":1},{"id":"1"}])"},
                    {"/sites/1/devices", R"([{"id":"a"}])"}},
                   "1/1:a."},
        FanOutCase{"FilteredParents",
                   "levels { name: 'site' request { request { url: 'http://v.example/sites' } "
                   "filter: 'record.on && record.id != `3`' } }",
                   kDevices,
                   {{"/sites", R"([{"id":1,"on":false},{"id":2,"on":true},{"id":3,"on":true}])"},
                    {"/sites/2/devices", R"([{"id":"c"}])"}},
                   "1/2:c."},
        FanOutCase{
            "PagesOfParents",
            "levels { name: 'site' request { request { url: 'http://v.example/sites' } "
            "pagination { cursor { token { from: 'response.next' query_parameter: 'after' } } } "
            "records: 'sites' } }",
            kDevices,
            {{"/sites", R"({"sites":[{"id":1},{"id":2}],"next":"x"})"},
             {"/sites?after=x", R"({"sites":[],"next":"y"})"},
             {"/sites?after=y", R"({"sites":[{"id":3}],"next":null})"},
             {"/sites/1/devices", R"([{"id":"a"}])"},
             {"/sites/2/devices", R"([{"id":"b"}])"},
             {"/sites/3/devices", R"([{"id":"c"}])"}},
            "1/1:a 2/2:b 3/3:c."},
        FanOutCase{"PagesOfChildren",
                   kSites,
                   "request { url: 'http://v.example/sites/{{parent.id}}/devices' } "
                   "pagination { limit_page { limit: 1 } }",
                   {{"/sites", R"([{"id":1},{"id":2}])"},
                    {"/sites/1/devices?limit=1&page=1", R"([{"id":"a"}])"},
                    {"/sites/1/devices?limit=1&page=2", R"([{"id":"b"}])"},
                    {"/sites/1/devices?limit=1&page=3", "[]"},
                    {"/sites/2/devices?limit=1&page=1", "[]"}},
                   "1/1:a 2/1:b 3/1: 4/2:."},
        FanOutCase{"ThreeLevels",
                   "levels { name: 'org' request { request { url: 'http://v.example/orgs' } } } "
                   "levels { name: 'site' request { request { "
                   "url: 'http://v.example/orgs/{{parents.org.id}}/sites' } } } "
                   "levels { name: 'rack' values { expression: 'parents.site.racks' } }",
                   "request { url: 'http://v.example/{{parents.org.id}}/{{parents.site.id}}/"
                   "{{parent}}' }",
                   {{"/orgs", R"([{"id":"o"},{"id":"p"},{"id":"q"}])"},
                    {"/orgs/o/sites", R"([{"id":"s","racks":["x","y"]},{"id":"t"}])"},
                    {"/orgs/p/sites", "[]"},
                    {"/orgs/q/sites", R"([{"id":"s","racks":["x"]}])"},
                    {"/o/s/x", R"([{"id":1}])"},
                    {"/o/s/y", R"([{"id":2}])"},
                    {"/q/s/x", R"([{"id":3}])"}},
                   "1/o/s/x:1 2/o/s/y:2 3/q/s/x:3."},
        FanOutCase{"Product",
                   "levels { name: 'region' values { values { string_value: 'eu' } "
                   "values { string_value: 'us' } } } "
                   "levels { name: 'kind' values { values { number_value: 1 } "
                   "values { struct_value { fields { key: 'id' value { string_value: "
                   "'{{parents.region}}2' } } } } } }",
                   "request { url: 'http://v.example/{{parents.region}}/"
                   "{{default(parent.id, parent)}}' }",
                   {{"/eu/1", R"([{"id":1}])"},
                    {"/eu/eu2", R"([{"id":2}])"},
                    {"/us/1", R"([{"id":3}])"},
                    {"/us/us2", R"([{"id":4}])"}},
                   "1/eu/1:1 2/eu/eu2:2 3/us/1:3 4/us/us2:4."},
        FanOutCase{"Union",
                   "levels { name: 'team' union { "
                   "sources { values { values { string_value: 'own' } } } "
                   "sources { request { request { url: 'http://v.example/teams' } } } "
                   "sources { values { expression: \"split(vars.more, ',')\" } } } } ",
                   "vars { key: 'more' value: 'z' } "
                   "request { url: 'http://v.example/{{default(parent.id, parent)}}' }",
                   {{"/teams", R"([{"id":"t"}])"},
                    {"/own", R"([{"id":1}])"},
                    {"/t", R"([{"id":2}])"},
                    {"/z", R"([{"id":3}])"}},
                   "1/own:1 2/t:2 3/z:3."},
        FanOutCase{"GroupsAcrossPages",
                   "levels { name: 'device' group_size: 2 key: 'serial' request { "
                   "request { url: 'http://v.example/ids' } "
                   "pagination { limit_page { limit: 3 } } } }",
                   "request { url: 'http://v.example/q' query { key: 'ids' "
                   "value: \"{{join(',', parent[].serial)}}\" } }",
                   {{"/ids?limit=3&page=1", R"([{"serial":"a"},{"serial":"b"},{"serial":"c"}])"},
                    {"/ids?limit=3&page=2", R"([{"serial":"d"},{"serial":"e"}])"},
                    {"/q?ids=a%2Cb", R"([{"id":"a"},{"id":"b"}])"},
                    {"/q?ids=c%2Cd", R"([{"id":"c"},{"id":"d"}])"},
                    {"/q?ids=e", R"([{"id":"e"}])"}},
                   "1/a..b:a,b 2/c..d:c,d 3/e..e:e."},
        FanOutCase{"RangeOfNumbers",
                   "levels { name: 'ids' range { from: '0' to: '25' step: '10' } }",
                   "request { url: 'http://v.example/{{parent.from}}-{{parent.to}}' }",
                   {{"/0-10", R"([{"id":1}])"}, {"/10-20", "[]"}, {"/20-25", R"([{"id":2}])"}},
                   "1/0..10:1 2/10..20: 3/20..25:2."},
        FanOutCase{"RangeOfDaysBothEndsIncluded",
                   "levels { name: 'day' range { from: '2025-12-30T00:00:00Z' "
                   "to: '{{run.start_time}}' step: '1d' format: '%Y-%m-%d' inclusive_end: true } }",
                   "request { url: 'http://v.example/{{parent.from}}/{{parent.to}}' }",
                   {{"/2025-12-30/2025-12-30", R"([{"id":1}])"},
                    {"/2025-12-31/2025-12-31", R"([{"id":2}])"}},
                   "1/2025-12-30T00:00:00Z..2025-12-31T00:00:00Z:1 "
                   "2/2025-12-31T00:00:00Z..2026-01-01T00:00:00Z:2."},
        FanOutCase{"EmptyRange",
                   "levels { name: 'ids' range { from: '7' to: '7' } }",
                   "request { url: 'http://v.example/{{parent.from}}' }",
                   {},
                   "1:."}),
    [](const auto& test) { return std::string(test.param.name); });

TEST_F(FanOutTest, APartitionThatFailsIsNamed) {
  answers_ = {{"/sites", R"([{"id":1},{"id":2}])"}, {"/sites/1/devices", R"([{"id":"a"}])"}};
  for (const char* parallel : {"", "parallel_count: 4"}) {
    const auto puller =
        MakePuller(vendor_, std::string(kDevices) + " fan_out { " + kSites + " " + parallel + " }");
    EXPECT_EQ(Describe(**puller->Next({})), "1/1:a");
    const absl::Status status = puller->Next({}).status();
    EXPECT_EQ(base::ReasonOf(status), base::Reason::kVendorError);
    EXPECT_THAT(base::MessageOf(status), HasSubstr("for site \"2\""));
    EXPECT_EQ(base::MetadataOf(status).at("partition"), "site \"2\"");
    answers_["/sites/2/devices"] = R"([{"id":"b"}])";
    EXPECT_EQ(Describe(**puller->Next({})), "2/2:b.") << "a failed page may be asked for again";
    answers_.erase("/sites/2/devices");
  }
}

TEST_F(FanOutTest, AListOfParentsThatFailsIsNamedAndLosesNoPage) {
  answers_ = {{"/orgs", R"([{"id":1},{"id":2}])"},
              {"/orgs/1/sites", R"([{"id":7}])"},
              {"/sites/7", R"([{"id":"a"}])"}};
  const char* const integration =
      "request { url: 'http://v.example/sites/{{parent.id}}' } fan_out { "
      "levels { name: 'org' request { request { url: 'http://v.example/orgs' } } } "
      "levels { name: 'site' request { request { "
      "url: 'http://v.example/orgs/{{parents.org.id}}/sites' } } } }";
  const auto puller = MakePuller(vendor_, integration);
  const auto first = puller->Next({});
  ASSERT_TRUE(first.ok()) << base::MessageOf(first.status());
  EXPECT_EQ(Describe(**first), "1/1/7:a");
  const absl::Status status = puller->Next({}).status();
  EXPECT_EQ(base::ReasonOf(status), base::Reason::kVendorError);
  EXPECT_THAT(base::MessageOf(status), HasSubstr("In the list of the level \"site\""));
  EXPECT_THAT(base::MessageOf(status), HasSubstr("for org \"2\""));
  answers_["/orgs/2/sites"] = "[]";
  EXPECT_EQ(Describe(**puller->Next({})), "2:.") << "whether anything follows was not known";
}

// Names are remembered while a run is at work, not in its checkpoint, which is bounded.
TEST_F(FanOutTest, ANameThatWasThereIsLeftOutUntilAResume) {
  answers_ = {{"/sites?limit=1&page=1", R"([{"id":1}])"},
              {"/sites?limit=1&page=2", R"([{"id":2}])"},
              {"/sites?limit=1&page=3", R"([{"id":1}, {"id":3}])"},
              {"/1", R"([{"id":"a"}])"},
              {"/2", R"([{"id":"b"}])"},
              {"/3", R"([{"id":"c"}])"}};
  const char* const integration =
      "request { url: 'http://v.example/{{parent.id}}' } fan_out { levels { name: 'site' "
      "request { request { url: 'http://v.example/sites' } pagination { limit_page { limit: 1 } "
      "total: '`4`' } } } }";
  EXPECT_EQ(PullAll(*MakePuller(vendor_, integration)), "1/1:a 2/2:b 3/3:c.");
  EXPECT_EQ(PullEachAnew(integration), "1/1:a 2/2:b 3/1:a 4/3:c.");
}

TEST_F(FanOutTest, AnElementWithoutANameIsRefused) {
  for (const char* element : {R"([{"id":null}])", R"([{"x":1}])", R"([{"id":{}}])", R"([[1]])"}) {
    answers_ = {{"/sites", element}};
    const auto puller = MakePuller(vendor_, std::string(kDevices) + " fan_out { " + kSites + " }");
    const absl::Status status = puller->Next({}).status();
    EXPECT_EQ(base::ReasonOf(status), base::Reason::kExpressionFailed) << element;
    EXPECT_THAT(base::MessageOf(status), HasSubstr("has no name: its member id yields no text"));
  }
}

TEST_F(FanOutTest, EndsAtTheLimitOfPartitions) {
  answers_ = {{"/sites", R"([{"id":1},{"id":2},{"id":3}])"}};
  for (const char* site : {"1", "2", "3"}) {
    answers_[std::string("/sites/") + site + "/devices"] = R"([{"id":"a"}])";
  }
  const auto integration = [](int most) {
    return std::string(kDevices) + " fan_out { " + kSites +
           " partition_count_max: " + std::to_string(most) + " }";
  };
  EXPECT_EQ(PullAll(*MakePuller(vendor_, integration(3))), "1/1:a 2/2:a 3/3:a.");
  EXPECT_EQ(PullAll(*MakePuller(vendor_, integration(2))), "1/1:a 2/2:a PARTITION_LIMIT_REACHED");
  EXPECT_EQ(PullEachAnew(integration(2)), "1/1:a 2/2:a PARTITION_LIMIT_REACHED");
}

// The parents changed while the run was away: what is not where it was is looked for from the
// beginning of its page on, so that nothing is lost.
TEST_F(FanOutTest, GoesOnWhenTheParentsChangedMeanwhile) {
  struct Change {
    const char* sites;
    const char* pages;
  };
  const std::string plain =
      "request { url: 'http://v.example/{{parent.id}}' } fan_out { levels { name: 'site' "
      "request { request { url: 'http://v.example/sites' } } } }";
  for (const auto& [sites, pages] : {
           Change{R"([{"id":1},{"id":2},{"id":3}])", "3/3:3."},
           Change{R"([{"id":2},{"id":3}])", "3/3:3."},
           Change{R"([{"id":1},{"id":3}])", "3/1:1 4/3:3."},
           Change{R"([{"id":4},{"id":2}])", "3:."},
           Change{"[]", "3:."},
       }) {
    answers_ = {{"/sites", R"([{"id":1},{"id":2},{"id":3}])"}};
    for (const char* site : {"1", "2", "3", "4"}) {
      answers_[std::string("/") + site] = fmt::format(R"([{{"id":{}}}])", site);
    }
    const auto before = MakePuller(vendor_, plain);
    EXPECT_TRUE(before->Next({}).ok());
    const auto second = before->Next({});
    answers_["/sites"] = sites;
    const auto after = MakePuller(vendor_, plain);
    ASSERT_TRUE(after->Resume(2, (*second)->checkpoint).ok());
    EXPECT_EQ(PullAll(*after), pages) << sites;
  }
}

TEST_F(FanOutTest, AsksForThePageOfParentsItStoodOnAndNoOther) {
  answers_ = {{"/sites?limit=1&page=1", R"([{"id":1}])"},
              {"/sites?limit=1&page=2", R"([{"id":2}])"},
              {"/sites?limit=1&page=3", "[]"},
              {"/1", R"([{"id":1}])"},
              {"/2", R"([{"id":2}])"}};
  const char* const integration =
      "request { url: 'http://v.example/{{parent.id}}' } fan_out { levels { name: 'site' "
      "request { request { url: 'http://v.example/sites' } pagination { limit_page { limit: 1 } } "
      "} } }";
  const auto before = MakePuller(vendor_, integration);
  EXPECT_EQ(Describe(**before->Next({})), "1/1:1");
  const auto second = before->Next({});
  EXPECT_EQ(Describe(**second), "2/2:2.");
  EXPECT_THAT(Asked(), ElementsAre("/sites?limit=1&page=1", "/1", "/sites?limit=1&page=2", "/2",
                                   "/sites?limit=1&page=3"));
}

TEST_F(FanOutTest, ACheckpointIsBoundedAndOneOfOurs) {
  const std::string id(100'000, 'x');
  const std::string next(8'192, 'n');
  const std::string sites = fmt::format(R"({{"sites":[{{"id":"{}"}}],"next":"{}"}})", id, next);
  answers_ = {{"/sites", sites},
              {"/sites?after=" + next, R"({"sites":[{"id":2}],"next":null})"},
              {"/d", "[]"}};
  const char* const integration =
      "request { url: 'http://v.example/d' } fan_out { levels { name: 'site' request { request { "
      "url: 'http://v.example/sites' } records: 'sites' pagination { cursor { token { "
      "from: 'response.next' query_parameter: 'after' } } } } } }";
  const auto puller = MakePuller(vendor_, integration);
  const auto page = puller->Next({});
  ASSERT_TRUE(page.ok()) << base::MessageOf(page.status());
  EXPECT_LT((*page)->checkpoint.size(), 2'000U);
  EXPECT_EQ((*page)->partition->elements().at(0).key.size(), Element::kKeyBytesMax);
  for (const char* wrong :
       {"{}", "[", R"({"partitions":1,"levels":[],"walk":null})",
        R"({"partitions":-1,"levels":[{"at":{},"first":"a","last":"a"}],"walk":null})",
        R"({"partitions":1,"levels":[{"at":{},"first":1,"last":"a"}],"walk":null})"}) {
    EXPECT_EQ(base::ReasonOf(MakePuller(vendor_, integration)->Resume(1, wrong)),
              base::Reason::kInternal)
        << wrong;
  }
}

TEST_F(FanOutTest, EveryRequestIsCountedOnceAlsoThoseThatWentOutAhead) {
  answers_ = {{"/a", "[]"}, {"/b", "[]"}, {"/c", "[]"}, {"/d", "[]"}};
  const auto puller = MakePuller(
      vendor_,
      "request { url: 'http://v.example/{{parent}}' } fan_out { parallel_count: 3 levels { "
      "name: 'x' values { expression: \"split('a b c d', ' ')\" } } }");
  std::int64_t requests = 0;
  for (bool last = false; !last;) {
    const auto page = puller->Next({});
    ASSERT_TRUE(page.ok()) << base::MessageOf(page.status());
    requests += (*page)->request_count;
    last = (*page)->last;
  }
  EXPECT_EQ(requests, 4);
}

}  // namespace
}  // namespace syncline::pull
