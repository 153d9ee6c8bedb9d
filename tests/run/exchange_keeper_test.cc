// When the exchanges of a run are written, and that they end no run.
#include "run/exchange_keeper.h"

#include "run/pipeline.h"
#include "tests/run/run_fixture.h"

namespace syncline::run {
namespace {

constexpr const char* kRun = "run";

class ExchangeKeeperTest : public RunFixture {
 protected:
  ExchangeKeeperTest() : RunFixture(test::FakeClock::Waits::kJump) { Enqueue(kRun); }
  void RunOnce() {
    RunControl control;
    Pipeline(context_, Claim(), control).Run();
  }
  std::map<std::int64_t, model::Exchange> Written() { return resources_.ExchangesOf(kRun); }
};

TEST_F(ExchangeKeeperTest, AGoodRunWritesOnceBeforeItEnds) {
  int writes = 0;
  resources_.on_write_exchanges = [&] {
    ++writes;
    EXPECT_FALSE(resources_.PagesOf(kRun).Get().ended);
    return absl::OkStatus();
  };
  RunOnce();
  EXPECT_EQ(writes, 1);
  EXPECT_EQ(Written().size(), 3U);
  EXPECT_EQ(Written().at(3).cause, "page 3: offset 4");
  EXPECT_EQ(Written().at(3).judgement, "status 200; 1 records; the list ends here");
}

TEST_F(ExchangeKeeperTest, OfALongRunTheNewestAreWrittenNowAndThen) {
  user_count_ = 300;
  int writes = 0;
  resources_.on_write_exchanges = [&] {
    ++writes;
    return absl::OkStatus();
  };
  resources_.on_commit = [&](const load::PageCommit&) { clock_.Advance(std::chrono::seconds(1)); };
  RunOnce();
  EXPECT_GE(writes, 10);
  EXPECT_LE(writes, 20) << "151 pages of a second each";
}

TEST_F(ExchangeKeeperTest, AFailureIsThereWhileTheRunWaits) {
  std::size_t seen = 0;
  on_request_ = [&](int offset) -> std::optional<absl::StatusOr<http::Response>> {
    if (offset != 2) return std::nullopt;
    if (request_count_ == 2) return test::JsonResponse("{}", 503);
    seen = Written().size();
    return std::nullopt;
  };
  RunOnce();
  EXPECT_GE(seen, 1U);
  EXPECT_EQ(Written().at(2).reason, "VENDOR_ERROR");
  EXPECT_EQ(Written().at(2).status, 503);
}

TEST_F(ExchangeKeeperTest, AFailedRunShowsWhatEndedIt) {
  on_request_ = [](int) -> std::optional<absl::StatusOr<http::Response>> {
    return test::JsonResponse(R"({"error":"gone"})", 410);
  };
  RunOnce();
  ASSERT_EQ(Written().size(), 1U);
  EXPECT_TRUE(Written().at(1).failed);
  EXPECT_EQ(Written().at(1).response_body, R"({"error":"gone"})");
  EXPECT_EQ(table_.Get(kRun).state, model::RunState::kFailed);
}

TEST_F(ExchangeKeeperTest, TheNextOwnerGoesOnCounting) {
  RunControl control;
  resources_.on_commit = [&](const load::PageCommit& page) {
    if (page.page_number == 1) control.Stop(StopCause::kDraining);
  };
  Pipeline(context_, Claim(), control).Run();
  const std::size_t before = Written().size();
  ASSERT_GE(before, 1U);
  resources_.on_commit = {};
  CarryProgress(kRun);
  RunOnce();
  EXPECT_TRUE(resources_.PagesOf(kRun).Get().ended);
  EXPECT_GT(Written().size(), before);
  EXPECT_EQ(Written().rbegin()->first, static_cast<std::int64_t>(Written().size()));
}

TEST_F(ExchangeKeeperTest, ThatTheyCannotBeWrittenEndsNoRun) {
  resources_.on_write_exchanges = [] {
    return base::Error(base::Reason::kDatabaseUnavailable, "away");
  };
  RunOnce();
  EXPECT_TRUE(resources_.PagesOf(kRun).Get().ended);
  EXPECT_TRUE(Written().empty());
}

}  // namespace
}  // namespace syncline::run
