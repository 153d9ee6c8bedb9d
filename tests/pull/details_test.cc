#include "pull/details.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <map>
#include <span>

#include "tests/pull/fan_out_fixture.h"

namespace syncline::pull {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct DetailCase {
  const char* name;
  const char* details;  // of the integration, in protobuf text
  std::map<std::string, std::string> answers;
  const char* records;  // of its one page
  std::map<std::int64_t, std::string> failed;
};

class DetailTable : public FanOutTest, public testing::WithParamInterface<DetailCase> {};

TEST_P(DetailTable, MergesWhatItYields) {
  answers_ = GetParam().answers;
  const auto puller = MakePuller(vendor_, std::string("request { url: 'http://v.example/list' } "
                                                      "vars { key: 'v' value: 'w' } ") +
                                              GetParam().details);
  auto page = puller->Next({});
  ASSERT_TRUE(page.ok()) << base::MessageOf(page.status());
  EXPECT_EQ(expression::ToJson((*page)->records), GetParam().records);
  std::map<std::int64_t, std::string> failed;
  for (const FailedRecord& one : (*page)->failed) failed.emplace(one.index, one.message);
  EXPECT_EQ(failed.size(), GetParam().failed.size());
  for (const auto& [index, message] : GetParam().failed) {
    EXPECT_THAT(failed[index], HasSubstr(message));
  }
}

constexpr char kOne[] = R"([{"id":1,"n":"a"}])";

INSTANTIATE_TEST_SUITE_P(
    Table, DetailTable,
    testing::Values(
        DetailCase{"IntoTheMemberOfItsName",
                   "details { name: 'more' request { url: 'http://v.example/{{record.id}}' } }",
                   {{"/list", kOne}, {"/1", R"({"x":1.10})"}},
                   R"([{"id":1,"n":"a","more":{"x":1.10}}])"},
        DetailCase{"IntoAnotherMember",
                   "details { name: 'more' into_member: 'n' result: 'x' "
                   "request { url: 'http://v.example/{{record.id}}' } }",
                   {{"/list", kOne}, {"/1", R"({"x":1.10})"}},
                   R"([{"id":1,"n":1.10}])"},
        DetailCase{"IntoTheRecord",
                   "details { name: 'more' into_record: true result: 'users[0]' "
                   "request { url: 'http://v.example/q' query { key: 'id' value: "
                   "'{{record.id}}{{vars.v}}' } } }",
                   {{"/list", kOne}, {"/q?id=1w", R"({"users":[{"n":"b","m":null}]})"}},
                   R"([{"id":1,"n":"b","m":null}])"},
        DetailCase{"NothingIntoTheRecord",
                   "details { name: 'more' into_record: true result: 'users[0]' "
                   "request { url: 'http://v.example/{{record.id}}' } }",
                   {{"/list", kOne}, {"/1", R"({"users":[]})"}},
                   R"([{"id":1,"n":"a"}])"},
        DetailCase{"AScalarIntoTheRecord",
                   "details { name: 'more' into_record: true "
                   "request { url: 'http://v.example/{{record.id}}' } }",
                   {{"/list", kOne}, {"/1", "7"}},
                   kOne,
                   {{0, "The detail \"more\" failed: it yields no object"}}},
        DetailCase{"IntoAScalar",
                   "details { name: 'more' request { url: 'http://v.example/{{record}}' } }",
                   {{"/list", "[1]"}, {"/1", "7"}},
                   "[1]",
                   {{0, "The detail \"more\" failed: the record is no object"}}},
        DetailCase{
            "OneSeesWhatTheOneBeforeMerged",
            "details { name: 'a' request { url: 'http://v.example/{{record.id}}' } } "
            "details { name: 'b' request { url: 'http://v.example/b/{{record.a.next}}' } "
            "when: 'a.next' } ",
            {{"/list", R"([{"id":1},{"id":2}])"},
             {"/1", R"({"next":"x"})"},
             {"/2", R"({"next":null})"},
             {"/b/x", R"({"y":1})"}},
            R"([{"id":1,"a":{"next":"x"},"b":{"y":1}},{"id":2,"a":{"next":null},"b":null}])"},
        DetailCase{
            "AFailedOneRejectsItsRecordOnly",
            "details { name: 'a' request { url: 'http://v.example/{{record.id}}' } } "
            "details { name: 'b' request { url: 'http://v.example/b{{record.id}}' } } ",
            {{"/list", R"([{"id":1},{"id":2},{"id":3}])"}, {"/1", "1"}, {"/3", "3"}, {"/b1", "4"}},
            R"([{"id":1,"a":1,"b":4},{"id":2},{"id":3,"a":3}])",
            {{1, "The detail \"a\" failed: VENDOR_ERROR: http://v.example answered 404"},
             {2, "The detail \"b\" failed: VENDOR_ERROR"}}},
        DetailCase{"AMissingValueRejectsItsRecordOnly",
                   "details { name: 'a' request { url: 'http://v.example/{{record.id}}' } }",
                   {{"/list", R"([{"id":null},{"id":2}])"}, {"/2", "2"}},
                   R"([{"id":null},{"id":2,"a":2}])",
                   {{0, "TEMPLATE_VALUE_MISSING: {{record.id}} has no value."}}},
        DetailCase{"AFailedOneIsTolerated",
                   "details { name: 'a' tolerate_failure: true "
                   "request { url: 'http://v.example/{{record.id}}' } }",
                   {{"/list", R"([{"id":1,"a":"old"},{"id":2}])"}, {"/2", "2"}},
                   R"([{"id":1,"a":null},{"id":2,"a":2}])"},
        DetailCase{"AStatusThatIsNoFailure",
                   "details { name: 'a' null_statuses: 404 "
                   "request { url: 'http://v.example/{{record.id}}' } }",
                   {{"/list", R"([{"id":1},{"id":2}])"}, {"/2", "2"}},
                   R"([{"id":1,"a":null},{"id":2,"a":2}])"},
        DetailCase{"AllPages",
                   "details { name: 'a' request { url: 'http://v.example/{{record.id}}' } "
                   "pagination { limit_page { limit: 2 } } records: 'items' result: '[].v' }",
                   {{"/list", kOne},
                    {"/1?limit=2&page=1", R"({"items":[{"v":1},{"v":2}]})"},
                    {"/1?limit=2&page=2", R"({"items":[{"v":3}]})"}},
                   R"([{"id":1,"n":"a","a":[1,2,3]}])"},
        DetailCase{"NoPages",
                   "details { name: 'a' null_statuses: 404 request { "
                   "url: 'http://v.example/{{record.id}}' } pagination { limit_page { limit: 2 } } "
                   "}",
                   {{"/list", kOne}},
                   R"([{"id":1,"n":"a","a":null}])"},
        DetailCase{"NoPageInTheMiddle",
                   "details { name: 'a' null_statuses: 404 request { "
                   "url: 'http://v.example/{{record.id}}' } pagination { limit_page { limit: 1 } } "
                   "}",
                   {{"/list", kOne}, {"/1?limit=1&page=1", R"([{"v":1}])"}},
                   R"([{"id":1,"n":"a"}])",
                   {{0, "answered 404"}}},
        DetailCase{"NoRecords",
                   "details { name: 'a' request { url: 'http://v.example/{{record.id}}' } }",
                   {{"/list", "[]"}},
                   "[]"}),
    [](const auto& test) { return std::string(test.param.name); });

class DetailsTest : public FanOutTest {
 protected:
  static constexpr char kIntegration[] =
      "request { url: 'http://v.example/list' } pagination { limit_page { limit: 2 } } "
      "details { name: 'a' request { url: 'http://v.example/{{record.id}}' } }";
};

TEST_F(DetailsTest, SeeTheParentsOfAFanOut) {
  answers_ = {{"/s", R"([{"id":7}])"}, {"/s/7", R"([{"id":1}])"}, {"/s/7/1", R"({"x":1})"}};
  const auto puller = MakePuller(vendor_,
                                 "request { url: 'http://v.example/s/{{parent.id}}' } "
                                 "fan_out { levels { name: 'site' request { request { "
                                 "url: 'http://v.example/s' } } } } details { name: 'a' request { "
                                 "url: 'http://v.example/s/{{parents.site.id}}/{{record.id}}' } }");
  const auto page = puller->Next({});
  ASSERT_TRUE(page.ok()) << base::MessageOf(page.status());
  EXPECT_EQ(expression::ToJson((*page)->records), R"([{"id":1,"a":{"x":1}}])");
}

TEST_F(DetailsTest, CountWhatTheyCost) {
  answers_ = {{"/list?limit=2&page=1", R"([{"id":1}])"}, {"/1", R"({"x":1})"}};
  const auto page = MakePuller(vendor_, kIntegration)->Next({});
  ASSERT_TRUE(page.ok());
  EXPECT_EQ((*page)->request_count, 2);
  EXPECT_EQ((*page)->response_bytes, 10 + 7);
}

TEST_F(DetailsTest, ARefusedSignInEndsTheRunAndThePageMayBeAskedForAgain) {
  bool refuses = true;
  test::ScriptedTransport vendor([&](const http::Request& request) {
    if (request.url.path == "/2" && refuses) return test::JsonResponse("{}", 403);
    if (request.url.path != "/list") return test::JsonResponse("1");
    return test::JsonResponse(request.url.query.ends_with("page=1") ? R"([{"id":1},{"id":2}])"
                                                                    : "[]");
  });
  const auto puller = MakePuller(vendor, kIntegration);
  EXPECT_EQ(base::ReasonOf(puller->Next({}).status()), base::Reason::kAuthFailed);
  refuses = false;
  const auto page = puller->Next({});
  ASSERT_TRUE(page.ok()) << base::MessageOf(page.status());
  EXPECT_EQ(expression::ToJson((*page)->records), R"([{"id":1,"a":1},{"id":2,"a":1}])");
  EXPECT_EQ((*page)->number, 1);
}

TEST_F(DetailsTest, ToleratedOnesAreCounted) {
  answers_ = {{"/list", R"([{"id":1},{"id":2},{"id":3}])"}, {"/2", "2"}};
  const auto page = MakePuller(vendor_,
                               "request { url: 'http://v.example/list' } details { name: 'a' "
                               "tolerate_failure: true into_record: true "
                               "request { url: 'http://v.example/{{record.id}}' } }")
                        ->Next({});
  ASSERT_TRUE(page.ok()) << base::MessageOf(page.status());
  EXPECT_EQ((*page)->tolerated_count, 3) << "the one that is no object as well";
  EXPECT_EQ(expression::ToJson((*page)->records), R"([{"id":1},{"id":2},{"id":3}])");
}

TEST_F(DetailsTest, APageOutlivesItsPullerWithItsDetails) {
  answers_ = {{"/list?limit=2&page=1", R"([{"id":1}])"}, {"/1", R"({"x":1})"}};
  auto puller = MakePuller(vendor_, kIntegration);
  const auto page = puller->Next({});
  puller.reset();
  EXPECT_EQ(expression::ToJson((*page)->records), R"([{"id":1,"a":{"x":1}}])");
}

// Keeps what pages yield, as the database does.
class InMemoryRecords final : public KnownRecords {
 public:
  void Write(const Page& page) {
    for (const VersionedRecord& one : page.versions) {
      kept_[one.version.record] = {one.version.version, ++last_link_};
    }
  }
  absl::StatusOr<std::vector<std::int64_t>> FindUnchanged(
      std::span<const RecordVersion> records) const override {
    if (!trouble.ok()) return trouble;
    std::vector<std::int64_t> links;
    for (const RecordVersion& one : records) {
      const auto kept = kept_.find(one.record);
      const bool same = kept != kept_.end() && kept->second.first == one.version;
      links.push_back(same ? kept->second.second : 0);
    }
    return links;
  }
  absl::Status trouble;

 private:
  std::map<base::Hash128, std::pair<base::Hash128, std::int64_t>> kept_;
  std::int64_t last_link_ = 100;
};

class SkipUnchangedTest : public DetailsTest {
 protected:
  static constexpr char kSkipping[] =
      "request { url: 'http://v.example/list' } skip_unchanged { version: 'at' } "
      "details { name: 'a' request { url: 'http://v.example/{{record.id}}' } } ";

  // One run: which records are left out, as "index>link", and which are kept, as "index".
  std::string Run(const std::string& integration = kSkipping, std::int64_t mapping_version = 1) {
    auto puller = Puller::Make({.integration = ParseIntegration(integration),
                                .authenticator = auth::MakeNoAuthenticator(),
                                .transport = vendor_,
                                .clock = clock_,
                                .random = random_,
                                .run_start = clock_.Now(),
                                .known = &known_,
                                .mapping_version = mapping_version});
    EXPECT_TRUE(puller.ok()) << base::MessageOf(puller.status());
    std::string text;
    while (true) {
      const auto page = (*puller)->Next({});
      if (!page.ok()) return std::string(base::ReasonName(base::ReasonOf(page.status())));
      if (!page->has_value()) return text;
      for (const auto& one : (*page)->unchanged) {
        text += fmt::format("{}>{} ", one.index, one.link_id);
      }
      for (const auto& one : (*page)->versions) text += fmt::format("{} ", one.index);
      known_.Write(**page);
    }
  }

  InMemoryRecords known_;
};

TEST_F(SkipUnchangedTest, AsksOnlyForWhatChanged) {
  answers_ = {{"/list", R"([{"id":1,"at":"x"},{"id":2,"at":"x"},{"id":3,"at":"x"}])"},
              {"/1", "1"},
              {"/2", "2"}};
  EXPECT_EQ(Run(), "0 1 ") << "the third failed";
  answers_["/list"] = R"([{"id":2,"at":"y"},{"id":1,"at":"x"},{"id":3,"at":"x"}])";
  const std::size_t before = Asked().size();
  EXPECT_EQ(Run(), "1>101 0 ");
  std::vector<std::string> asked = Asked();
  asked.erase(asked.begin(), asked.begin() + static_cast<std::ptrdiff_t>(before));
  EXPECT_THAT(asked, testing::UnorderedElementsAre("/list", "/2", "/3"));
}

TEST_F(SkipUnchangedTest, AnotherDefinitionMakesEverythingNew) {
  answers_ = {{"/list", R"([{"id":1,"at":"x"}])"}, {"/1", "1"}};
  EXPECT_EQ(Run(), "0 ");
  EXPECT_EQ(Run(), "0>101 ");
  EXPECT_EQ(Run(std::string(kSkipping) + "limits { page_count_max: 7 }"), "0>101 ");
  EXPECT_EQ(Run(kSkipping, 2), "0 ") << "another mapping";
  EXPECT_EQ(Run(std::string(kSkipping) + "vars { key: 'a' value: 'b' }", 2), "0 ");
}

TEST_F(SkipUnchangedTest, WhatCannotBeToldApartIsAlwaysAskedFor) {
  answers_ = {{"/list", R"([{"id":1},{"id":2,"at":"x"},{"id":2,"at":"y"},{"at":"x"}])"},
              {"/1", "1"},
              {"/2", "2"}};
  EXPECT_EQ(Run(), "2 ") << "no version, another of that name later, no name";
  EXPECT_EQ(Run(), "2>101 ");
}

TEST_F(SkipUnchangedTest, RecordsOfOtherPartitionsAreOthers) {
  answers_ = {{"/s/1", R"([{"k":1,"at":"x"}])"}, {"/s/2", R"([{"k":1,"at":"x"}])"}, {"/d", "1"}};
  const std::string integration =
      "request { url: 'http://v.example/s/{{parent}}' } skip_unchanged { key: 'k' version: 'at' } "
      "fan_out { levels { name: 's' values { values { number_value: 1 } values { number_value: 2 } "
      "} } } details { name: 'a' request { url: 'http://v.example/d' } }";
  EXPECT_EQ(Run(integration), "0 0 ");
  EXPECT_EQ(Run(integration), "0>101 0>102 ");
}

TEST_F(SkipUnchangedTest, ATroubledDatabaseIsNoReasonToAskForAll) {
  answers_ = {{"/list", R"([{"id":1,"at":"x"}])"}, {"/1", "1"}};
  known_.trouble = base::Error(base::Reason::kDatabaseUnavailable, "away");
  EXPECT_EQ(Run(), "DATABASE_UNAVAILABLE");
  EXPECT_THAT(Asked(), ElementsAre("/list"));
}

TEST(DetailPlanTest, NamesEveryWrongField) {
  const std::string nine = [] {
    std::string text;
    for (char name = 'a'; name < 'j'; ++name) {
      text += std::string("details { name: '") + name + "' request { url: 'http://v.example/' } } ";
    }
    return text;
  }();
  const struct {
    std::string details;
    std::vector<std::string> fields;
  } kRows[] = {
      {nine, {"details"}},
      {"details { name: 'A' } details { name: 'b' request { url: 'http://v.example/' } } "
       "details { name: 'b' request { url: 'http://v.example/{{recrod.id}}' } }",
       {"details[0].name", "details[0].request", "details[2].name", "details[2].request.url"}},
      {"details { name: 'a' request { url: 'http://v.example/' } result: '(' when: ')' "
       "records: 'x' into_member: '' parallel_count: 33 null_statuses: 200 }",
       {"details[0].records", "details[0].intoMember", "details[0].nullStatuses",
        "details[0].parallelCount", "details[0].result", "details[0].when"}},
      {"details { name: 'a' request { url: 'http://v.example/{{parent.id}}' } "
       "pagination { limit_page {} } }",
       {"details[0].request.url", "details[0].pagination.limitPage.limit"}},
      {"details { name: 'a' request { url: 'http://v.example/' } response { rules { statuses: 400 "
       "action: ACTION_RESTART_PAGING } } }",
       {"details[0].response.rules[0].action"}},
      {"skip_unchanged { key: '(' }",
       {"skipUnchanged", "skipUnchanged.version", "skipUnchanged.key"}},
      {"details { name: 'a' request { url: 'http://v.example/{{record.id}}' } parallel_count: 32 "
       "into_record: false null_statuses: [300, 404, 599] }",
       {}},
  };
  for (const auto& row : kRows) {
    const absl::Status status = ValidateIntegration(
        ParseIntegration("request { url: 'http://v.example/' } " + row.details));
    std::vector<std::string> fields;
    for (const auto& one : base::FieldViolationsOf(status)) fields.push_back(one.field);
    EXPECT_EQ(fields, row.fields) << base::MessageOf(status);
  }
}

}  // namespace
}  // namespace syncline::pull
