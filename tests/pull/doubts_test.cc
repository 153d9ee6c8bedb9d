// What the vendor says it has, and did not list, in a fan-out.
#include <gmock/gmock.h>

#include "tests/pull/fan_out_fixture.h"

namespace syncline::pull {
namespace {

using testing::HasSubstr;
using DoubtsTest = FanOutTest;

// What the vendor says of its parents counts for the run: who misses parents misses their records.
TEST_F(DoubtsTest, AListOfParentsThatEndsShortMakesTheRunPartial) {
  answers_ = {{"/sites?limit=2&offset=0", R"({"sites":[{"id":1},{"id":2}],"total":3})"},
              {"/sites?limit=2&offset=2", R"({"sites":[],"total":3})"},
              {"/1", R"([{"id":"a"}])"},
              {"/2", R"([{"id":"b"}])"}};
  const char* const integration =
      "request { url: 'http://v.example/{{parent.id}}' } fan_out { levels { name: 'site' "
      "request { request { url: 'http://v.example/sites' } records: 'sites' pagination { "
      "limit_offset { limit: 2 } total: 'response.total' } } } }";
  std::vector<std::string> doubts;
  std::string checkpoint;
  bool partial = false;
  for (int pages = 0; pages == 0 || !checkpoint.empty(); ++pages) {
    const auto puller = MakePuller(vendor_, integration);
    ASSERT_TRUE(puller->Resume(pages, checkpoint).ok());
    const auto page = puller->Next({});
    ASSERT_TRUE(page.ok()) << base::MessageOf(page.status());
    if ((*page)->doubt.has_value()) doubts.push_back((*page)->doubt->message);
    checkpoint = (*page)->checkpoint;
    partial = (*page)->partial;
  }
  ASSERT_EQ(doubts.size(), 1U);
  EXPECT_THAT(doubts[0], HasSubstr("declares 3 records"));
  EXPECT_THAT(doubts[0], HasSubstr("the level \"site\""));
  EXPECT_TRUE(partial);
}

// A partition in the middle: the run stays partial when another worker ends it.
TEST_F(DoubtsTest, ADoubtAboutAPartitionOutlivesTheWorker) {
  answers_ = {{"/1?limit=2&offset=0", R"({"items":[{"id":"a"},{"id":"b"}],"total":5})"},
              {"/1?limit=2&offset=2", R"({"items":[],"total":5})"},
              {"/2?limit=2&offset=0", R"({"items":[{"id":"c"}],"total":1})"}};
  const char* const integration =
      "request { url: 'http://v.example/{{parent}}' } records: 'items' pagination { limit_offset "
      "{ limit: 2 } total: 'response.total' } fan_out { levels { name: 'site' values { values { "
      "number_value: 1 } values { number_value: 2 } } } }";
  const auto puller = MakePuller(vendor_, integration);
  ASSERT_TRUE(puller->Next({}).ok());
  const auto end = puller->Next({});
  ASSERT_TRUE(end.ok()) << base::MessageOf(end.status());
  ASSERT_TRUE((*end)->doubt.has_value());
  EXPECT_THAT((*end)->doubt->message, HasSubstr("site"));
  const auto other = MakePuller(vendor_, integration);
  ASSERT_TRUE(other->Resume(2, (*end)->checkpoint).ok());
  const auto last = other->Next({});
  ASSERT_TRUE(last.ok()) << base::MessageOf(last.status());
  EXPECT_EQ(Describe(**last), "3/2:c.");
  EXPECT_FALSE((*last)->doubt.has_value());
  EXPECT_TRUE((*last)->partial);
}

// The doubt is about the first source; the worker dies while the second one is walked.
TEST_F(DoubtsTest, AreNotForgottenBetweenTheSourcesOfALevel) {
  answers_ = {
      {"/sites", R"({"sites":[{"id":1}],"total":3})"}, {"/1", "[]"}, {"/8", "[]"}, {"/9", "[]"}};
  const char* const integration =
      "request { url: 'http://v.example/{{parent.id}}' } fan_out { levels { name: 'site' union { "
      "sources { request { request { url: 'http://v.example/sites' } records: 'sites' pagination { "
      "none {} total: 'response.total' } } } "
      "sources { values { expression: '[{id: `8`}, {id: `9`}]' } } } } }";
  std::string checkpoint;
  bool partial = false;
  int doubts = 0;
  for (int pages = 0; pages == 0 || !checkpoint.empty(); ++pages) {
    const auto puller = MakePuller(vendor_, integration);
    ASSERT_TRUE(puller->Resume(pages, checkpoint).ok());
    const auto page = puller->Next({});
    ASSERT_TRUE(page.ok()) << base::MessageOf(page.status());
    doubts += (*page)->doubt.has_value() ? 1 : 0;
    checkpoint = (*page)->checkpoint;
    partial = (*page)->partial;
  }
  EXPECT_GE(doubts, 1) << "whoever lists the first source anew says it again";
  EXPECT_TRUE(partial);
}

}  // namespace
}  // namespace syncline::pull
