#include "pull/exchange_log.h"

#include <gmock/gmock.h>

#include "base/status.h"

namespace syncline::pull {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ExchangeLogTest : public testing::Test {
 protected:
  ExchangeLogTest() {
    log_.SetScrub([](std::string text) { return text; });
  }
  std::int64_t Good() {
    const std::int64_t id = log_.Open({});
    log_.Accept(id, "status 200");
    return id;
  }
  std::int64_t Failed(base::Reason reason = base::Reason::kVendorError) {
    const std::int64_t id = log_.Open({});
    log_.Refuse(id, base::Error(reason, "no"));
    return id;
  }
  std::vector<std::int64_t> Take(bool all = false) {
    std::vector<std::int64_t> ids;
    for (const model::Exchange& one : log_.TakeNews(all)) ids.push_back(one.exchange_id);
    return ids;
  }

  ExchangeLog log_{{.newest = 3}};
};

TEST_F(ExchangeLogTest, OnlyTheNewestAreKeptAndEveryFailure) {
  Good();
  const std::int64_t failed = Failed();
  for (int i = 0; i < 5; ++i) Good();
  EXPECT_THAT(Take(), ElementsAre(failed, 5, 6, 7));
  EXPECT_THAT(Take(), IsEmpty()) << "no news";
  Good();
  EXPECT_THAT(Take(), ElementsAre(8));
}

TEST_F(ExchangeLogTest, FailuresAreKeptUpToABound) {
  for (std::int64_t i = 0; i < ExchangeLog::kFailedMax + 5; ++i) Failed();
  const auto news = log_.TakeNews(false);
  EXPECT_EQ(std::ranges::count(news, true, &model::Exchange::failed), ExchangeLog::kFailedMax);
  EXPECT_EQ(news.size(), static_cast<std::size_t>(ExchangeLog::kFailedMax) + 3) << "and the newest";
  EXPECT_EQ(news.back().reason, "VENDOR_ERROR");
}

TEST_F(ExchangeLogTest, TheBoundIsThatOfTheRunWhoeverHadIt) {
  ExchangeLog resumed({.last_id = 41, .failed_count = ExchangeLog::kFailedMax});
  resumed.SetScrub([](std::string text) { return text; });
  const std::int64_t id = resumed.Open({});
  EXPECT_EQ(id, 42);
  resumed.Refuse(id, base::Error(base::Reason::kVendorError, "no"));
  EXPECT_FALSE(resumed.TakeNews(false).at(0).failed);
}

TEST_F(ExchangeLogTest, WhatIsInFlightNeverGrowsBeyondItsBound) {
  for (std::size_t i = 0; i < ExchangeLog::kHeldMax + 50; ++i) log_.Open({});
  EXPECT_THAT(Take(), IsEmpty()) << "nobody judged them";
  EXPECT_EQ(Take(true).size(), ExchangeLog::kHeldMax);
}

TEST_F(ExchangeLogTest, WhatIsSaidLaterIsTakenAgain) {
  const std::int64_t id = Good();
  EXPECT_THAT(Take(), ElementsAre(id));
  log_.Accept(id, "100 records");
  const auto news = log_.TakeNews(false);
  ASSERT_EQ(news.size(), 1U);
  EXPECT_EQ(news[0].judgement, "status 200; 100 records");
  log_.Refuse(id, base::Error(base::Reason::kRecordsNotFound, "none"));
  EXPECT_TRUE(log_.has_failure());
  EXPECT_EQ(log_.TakeNews(false).at(0).judgement,
            "status 200; 100 records; RECORDS_NOT_FOUND: none");
  EXPECT_FALSE(log_.has_failure());
}

TEST_F(ExchangeLogTest, GivenUpIsNoFailure) {
  Failed(base::Reason::kCancelled);
  const auto news = log_.TakeNews(false);
  ASSERT_EQ(news.size(), 1U);
  EXPECT_EQ(news[0].reason, "CANCELLED");
  EXPECT_FALSE(news[0].failed);
}

TEST_F(ExchangeLogTest, WhatCouldNotBeWrittenIsTakenAgain) {
  Good();
  const std::int64_t failed = Failed();
  const auto news = log_.TakeNews(false);
  log_.PutBack(news);
  EXPECT_TRUE(log_.has_failure());
  EXPECT_THAT(Take(), ElementsAre(1, failed));
}

TEST(ExchangeLogScrubTest, NothingIsHandedOutBeforeSecretsAreKnown) {
  ExchangeLog log({});
  log.Accept(log.Open({.url = "http://v.example/?key=hunter2"}), "status 200");
  log.Accept(log.Open({.purpose = model::ExchangePurpose::kSignIn}), "status 200");
  EXPECT_EQ(log.TakeNews(true).size(), 1U) << "the sign-in, of which nothing secret is kept";
  log.SetScrub([](std::string text) { return text.replace(text.find("hunter2"), 7, "-"); });
  EXPECT_EQ(log.TakeNews(true).at(0).url, "http://v.example/?key=-");
}

TEST(ExchangeLogScrubTest, WhatIsHeldIsRedactedBeforeItsSecretIsForgotten) {
  ExchangeLog log({});
  std::string secret = "first";
  log.SetScrub([&](std::string text) {
    const std::size_t at = text.find(secret);
    return at == std::string::npos ? text : text.replace(at, secret.size(), "[withheld]");
  });
  const std::int64_t id = log.Open({});
  log.Change(id, [](model::Exchange& exchange) { exchange.response_body = "token first"; });
  log.Accept(id, "status 200");
  log.RedactHeld();
  secret = "second";
  EXPECT_EQ(log.TakeNews(false).at(0).response_body, "token [withheld]");
}

}  // namespace
}  // namespace syncline::pull
