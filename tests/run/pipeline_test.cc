#include "run/pipeline.h"

#include <semaphore>

#include "tests/run/run_fixture.h"

namespace syncline::run {
namespace {

constexpr const char* kRun = "run";

class PipelineTest : public RunFixture {
 protected:
  PipelineTest() : RunFixture(test::FakeClock::Waits::kJump) {}
  void RunOnce() { Pipeline(context_, Claim(), control_).Run(); }
  test::InMemoryPages& pages() { return resources_.PagesOf(kRun); }
  test::InMemoryRunTable::Row Row() { return table_.Get(kRun); }

  RunControl control_;
};

TEST_F(PipelineTest, WalksToTheLastPage) {
  Enqueue(kRun);
  RunOnce();
  EXPECT_TRUE(pages().Get().ended);
  EXPECT_EQ(pages().Get().page_number, 3);
  EXPECT_EQ(pages().LinkCount(), 5U);
  EXPECT_EQ(pages().Get().counters.records, 5);
  EXPECT_EQ(pages().Get().counters.requests, 3);
  EXPECT_EQ(pages().Get().counters.created, 5);
  EXPECT_GT(pages().Get().counters.response_bytes, 0);
  EXPECT_GE(feed_.announced, 4);
  EXPECT_THAT(Kinds(kRun), testing::ElementsAre("queued", "started"))
      << "the committer wrote the ending";
}

TEST_F(PipelineTest, FetchesAndLooksUpTheNextPageDuringACommit) {
  std::counting_semaphore<> prepared{0};
  resources_.on_prepare = [&] { prepared.release(); };
  bool overlapped = true;
  resources_.on_commit = [&](const load::PageCommit& page) {
    // Own preparation, then, before this page is committed, that of the next.
    if (page.page_number == 1) {
      for (int i = 0; i < 2; ++i) overlapped &= prepared.try_acquire_for(std::chrono::seconds(20));
    }
  };
  Enqueue(kRun);
  RunOnce();
  EXPECT_TRUE(overlapped);
  EXPECT_TRUE(pages().Get().ended);
}

TEST_F(PipelineTest, GoesOnAfterTheLastCommittedPage) {
  Enqueue(kRun);
  on_request_ = [](int offset) -> std::optional<absl::StatusOr<http::Response>> {
    if (offset < 4) return std::nullopt;
    return base::Error(base::Reason::kCancelled, "the test stops it here");
  };
  control_.Stop(StopCause::kNone);
  RunControl control;
  resources_.on_commit = [&](const load::PageCommit& page) {
    if (page.page_number == 2) control.Stop(StopCause::kDraining);
  };
  Pipeline(context_, Claim(), control).Run();
  EXPECT_EQ(pages().Get().page_number, 2) << "the page under way was committed";
  EXPECT_THAT(Kinds(kRun), testing::ElementsAre("queued", "started", "released"));
  EXPECT_EQ(Row().state, model::RunState::kQueued);

  CarryProgress(kRun);
  on_request_ = nullptr;
  request_count_ = 0;
  RunControl next;
  resources_.on_commit = nullptr;
  Pipeline(context_, Claim(), next).Run();
  EXPECT_TRUE(pages().Get().ended);
  EXPECT_EQ(request_count_, 1) << "committed pages are not asked for again";
  EXPECT_EQ(pages().LinkCount(), 5U);
  EXPECT_EQ(pages().Get().counters.records, 5);
}

struct EndCase {
  const char* name;
  int status;
  const char* body;
  model::Verdict verdict;
  const char* reason;
  int requests = 2;  // sent in all
};
class PipelineEndTest : public PipelineTest, public testing::WithParamInterface<EndCase> {};

TEST_P(PipelineEndTest, FailsAfterThePagesBeforeWereCommitted) {
  on_request_ = [](int offset) -> std::optional<absl::StatusOr<http::Response>> {
    if (offset == 0) return std::nullopt;
    return test::JsonResponse(GetParam().body, GetParam().status);
  };
  Enqueue(kRun);
  RunOnce();
  EXPECT_EQ(pages().Get().page_number, 1);
  EXPECT_EQ(request_count_, GetParam().requests);
  EXPECT_EQ(Row().state, model::RunState::kFailed);
  EXPECT_EQ(Row().ending.verdict, GetParam().verdict);
  EXPECT_EQ(Row().ending.error.reason, GetParam().reason);
  EXPECT_EQ(Kinds(kRun).back(), "ended");
}

constexpr const char* kFirstPage =
    R"([{"email":"user-0@vendor.example"},{"email":"user-1@vendor.example"}])";
INSTANTIATE_TEST_SUITE_P(
    Answers, PipelineEndTest,
    testing::Values(EndCase{"NotFound", 404, "{}", model::Verdict::kFailed, "VENDOR_ERROR"},
                    EndCase{"BadRequest", 400, "{}", model::Verdict::kFailed, "VENDOR_ERROR"},
                    EndCase{"NotImplemented", 501, "{}", model::Verdict::kFailed, "VENDOR_ERROR"},
                    EndCase{"Trouble", 502, "{}", model::Verdict::kFailed, "VENDOR_ERROR", 6},
                    EndCase{"SignInRefused", 401, "{}", model::Verdict::kFailed, "AUTH_FAILED", 3},
                    EndCase{"Forbidden", 403, "{}", model::Verdict::kFailed, "AUTH_FAILED"},
                    EndCase{"NotJson", 200, "<html>", model::Verdict::kFailed, "JSON_INVALID"},
                    EndCase{"NotAList", 200, "{}", model::Verdict::kFailed, "RECORDS_NOT_A_LIST"},
                    EndCase{"RepeatedPage", 200, kFirstPage, model::Verdict::kLoop,
                            "PAGINATION_LOOP"}),
    [](const auto& param_info) { return param_info.param.name; });

TEST_F(PipelineTest, APageLimitCapsTheRun) {
  Definition definition = MakeDefinition();
  definition.integration.mutable_limits()->set_page_count_max(2);
  Enqueue(kRun, definition);
  RunOnce();
  EXPECT_EQ(pages().Get().page_number, 2);
  EXPECT_EQ(Row().ending.verdict, model::Verdict::kCapped);
  EXPECT_EQ(Row().ending.error.reason, "PAGE_LIMIT_REACHED");
}

TEST_F(PipelineTest, ARetryIsShownAsAWait) {
  std::atomic<int> tries = 0;
  on_request_ = [&](int) -> std::optional<absl::StatusOr<http::Response>> {
    if (++tries > 1) return std::nullopt;
    return test::JsonResponse("{}", 503);
  };
  Enqueue(kRun);
  RunOnce();
  EXPECT_TRUE(pages().Get().ended);
  EXPECT_THAT(Kinds(kRun), testing::ElementsAre("queued", "started", "waiting"));
  EXPECT_EQ(pages().Get().counters.requests, 4);
}

TEST_F(PipelineTest, ALongWaitGivesTheWorkerBackAfterThePagesBefore) {
  on_request_ = [&](int offset) -> std::optional<absl::StatusOr<http::Response>> {
    if (offset == 0 || request_count_ > 2) return std::nullopt;
    http::Response throttled = test::JsonResponse("{}", 429);
    throttled.headers.Add("Retry-After", "3600");
    return throttled;
  };
  Enqueue(kRun);
  RunOnce();
  EXPECT_EQ(pages().Get().page_number, 1);
  EXPECT_EQ(Row().state, model::RunState::kQueued);
  EXPECT_EQ(Row().wait.reason, "VENDOR_THROTTLED");
  EXPECT_EQ(Row().run.request_attempt, 2);
  EXPECT_EQ(Row().run.parked, std::chrono::hours(1));
  EXPECT_THAT(Kinds(kRun), testing::ElementsAre("queued", "started", "waiting"));
  // Its time has come.
  CarryProgress(kRun);
  RunControl control;
  Pipeline(context_, Claim(), control).Run();
  EXPECT_TRUE(pages().Get().ended);
  EXPECT_EQ(Row().run.attempt, 1);
  EXPECT_EQ(pages().LinkCount(), 5U);
}

TEST_F(PipelineTest, ManyLongWaitsAtOnceParkTheRunOnce) {
  Definition definition = MakeDefinition();
  definition.integration.set_records("items");
  v1::Pagination& pagination = *definition.integration.mutable_pagination();
  pagination.set_total("response.total");
  pagination.set_parallel_page_count(4);
  std::atomic<bool> throttles = true;
  on_request_ = [&](int offset) -> std::optional<absl::StatusOr<http::Response>> {
    if (throttles && offset >= 4) {
      http::Response throttled = test::JsonResponse("{}", 429);
      throttled.headers.Add("Retry-After", "7200");
      return throttled;
    }
    std::string items;
    for (int i = offset; i < std::min(offset + kPageSize, 15); ++i) {
      items += fmt::format(R"({}{{"email":"user-{}@vendor.example"}})", i == offset ? "" : ",", i);
    }
    return test::JsonResponse(fmt::format(R"({{"total":15,"items":[{}]}})", items));
  };
  Enqueue(kRun, definition);
  RunOnce();
  EXPECT_EQ(pages().Get().page_number, 2) << "the pages before were committed";
  EXPECT_EQ(Row().state, model::RunState::kQueued);
  EXPECT_EQ(Row().run.parked, std::chrono::hours(2));
  EXPECT_THAT(Kinds(kRun), testing::ElementsAre("queued", "started", "waiting"));
  throttles = false;
  CarryProgress(kRun);
  RunControl control;
  Pipeline(context_, Claim(), control).Run();
  EXPECT_TRUE(pages().Get().ended);
  EXPECT_EQ(pages().LinkCount(), 15U);
}

TEST_F(PipelineTest, AVendorThatThrottlesForEverEndsTheRun) {
  on_request_ = [](int) -> std::optional<absl::StatusOr<http::Response>> {
    http::Response throttled = test::JsonResponse("{}", 429);
    throttled.headers.Add("Retry-After", "60");
    return throttled;
  };
  Enqueue(kRun);
  int parked = 0;
  for (; Row().state == model::RunState::kQueued; ++parked) {
    RunControl control;
    Pipeline(context_, Claim(), control).Run();
  }
  EXPECT_EQ(parked, 5) << "the tries of a request, the last of which ended it";
  EXPECT_EQ(Row().ending.error.reason, "VENDOR_THROTTLED");
  EXPECT_EQ(request_count_, 5);
}

TEST_F(PipelineTest, WhatItWasParkedDoesNotCountTowardsItsTime) {
  Definition definition = MakeDefinition();
  definition.integration.mutable_limits()->mutable_run_duration_max()->set_seconds(60);
  Enqueue(kRun, definition);
  queue::ClaimedRun run = Claim();
  clock_.Advance(std::chrono::hours(3));
  run.parked = std::chrono::hours(3) - std::chrono::seconds(50);
  Pipeline(context_, run, control_).Run();
  EXPECT_FALSE(control_.IsPastDeadline(clock_.SteadyNow() + std::chrono::seconds(9)));
  EXPECT_TRUE(control_.IsPastDeadline(clock_.SteadyNow() + std::chrono::seconds(10)));
}

TEST_F(PipelineTest, TheRateLimitParksAndWhatItReservedIsUsed) {
  const http::RateLimit limit{.requests_per_second = 0.01};
  http::LocalBudgetStore store(limit, clock_);
  resources_.budget = std::make_shared<http::RateBudget>(limit, "w", store, clock_, random_);
  Enqueue(kRun);
  int claims = 0;
  for (; !pages().Get().ended; ++claims) {
    ASSERT_LT(claims, 10);
    const queue::ClaimedRun run = Claim();
    if (claims > 0) clock_.Advance(std::chrono::seconds(100));
    RunControl control;
    Pipeline(context_, run, control).Run();
    CarryProgress(kRun);
  }
  EXPECT_EQ(claims, 3) << "three pages, each with its slot";
  EXPECT_EQ(request_count_, 3);
}

TEST_F(PipelineTest, ACancelBeforeItBeganAsksTheVendorNothing) {
  Enqueue(kRun);
  queue::ClaimedRun run = Claim();
  run.cancel_requested = true;
  Pipeline(context_, run, control_).Run();
  EXPECT_EQ(Row().state, model::RunState::kCancelled);
  EXPECT_EQ(Row().ending.verdict, model::Verdict::kCancelled);
  EXPECT_EQ(request_count_, 0);
}

TEST_F(PipelineTest, ACancelSeenByTheCommitEndsTheRun) {
  Enqueue(kRun);
  resources_.on_commit = [&](const load::PageCommit& page) {
    if (page.page_number == 2) {
      pages().Change([](test::InMemoryPages::Run& run) { run.cancel_requested = true; });
    }
  };
  RunOnce();
  EXPECT_EQ(Row().state, model::RunState::kCancelled);
  EXPECT_EQ(pages().Get().page_number, 1) << "pages committed before stay";
}

TEST_F(PipelineTest, ARunThatTakesTooLongIsCapped) {
  Enqueue(kRun);
  resources_.on_commit = [&](const load::PageCommit&) { control_.Stop(StopCause::kTooLong); };
  RunOnce();
  EXPECT_EQ(Row().ending.verdict, model::Verdict::kCapped);
  EXPECT_EQ(Row().ending.error.reason, "RUN_TOO_LONG");
}

TEST_F(PipelineTest, ItsDeadlineCountsFromTheFirstStart) {
  Definition definition = MakeDefinition();
  definition.integration.mutable_limits()->mutable_run_duration_max()->set_seconds(60);
  Enqueue(kRun, definition);
  queue::ClaimedRun run = Claim();
  clock_.Advance(std::chrono::seconds(50));
  Pipeline(context_, run, control_).Run();
  EXPECT_FALSE(control_.IsPastDeadline(clock_.SteadyNow() + std::chrono::seconds(9)));
  EXPECT_TRUE(control_.IsPastDeadline(clock_.SteadyNow() + std::chrono::seconds(10)));
}

TEST_F(PipelineTest, APageIsKeptWhileTheDatabaseIsAway) {
  Enqueue(kRun);
  std::atomic<int> commits = 0;
  resources_.on_commit = [&](const load::PageCommit& page) {
    if (page.page_number == 2 && ++commits <= 3) {
      pages().FailNextCommit(base::Error(base::Reason::kDatabaseUnavailable, "away"));
    }
  };
  RunOnce();
  EXPECT_TRUE(pages().Get().ended);
  EXPECT_EQ(commits, 4);
  EXPECT_EQ(request_count_, 3) << "never fetched again for a failure of the database";
}

TEST_F(PipelineTest, WithoutTrustInTheLeaseNothingIsCommitted) {
  Enqueue(kRun);
  trusted_until_ = clock_.SteadyNow();
  resources_.on_commit = [](const load::PageCommit&) {
    ADD_FAILURE() << "committed without a lease";
  };
  RunOnce();
  EXPECT_EQ(pages().Get().page_number, 0);
  EXPECT_EQ(Row().state, model::RunState::kQueued);
  EXPECT_THAT(Kinds(kRun), testing::ElementsAre("queued", "started", "released"));
}

TEST_F(PipelineTest, AFullDiskIsShownAndWaitedFor) {
  Enqueue(kRun);
  std::atomic<int> commits = 0;
  resources_.on_commit = [&](const load::PageCommit&) {
    if (++commits <= 2) pages().FailNextCommit(base::Error(base::Reason::kStorageFull, "full"));
  };
  RunOnce();
  EXPECT_TRUE(pages().Get().ended);
  EXPECT_EQ(Row().wait.reason, "STORAGE_FULL");
}

TEST_F(PipelineTest, AFencedRunIsLeftToItsNewOwner) {
  Enqueue(kRun);
  test::InMemoryRunQueue other(table_, "other");
  resources_.on_commit = [&](const load::PageCommit& page) {
    if (page.page_number != 2) return;
    const std::lock_guard lock(table_.mutex);
    table_.rows[kRun].owner = "other";
    ++table_.rows[kRun].run.epoch;
    pages().Change([](test::InMemoryPages::Run& run) { ++run.epoch; });
  };
  RunOnce();
  EXPECT_EQ(pages().Get().page_number, 1);
  EXPECT_THAT(Kinds(kRun), testing::ElementsAre("queued", "started"));
  EXPECT_EQ(Row().owner, "other");
}

TEST_F(PipelineTest, AFenceThatSpokeOfThePageHandsTheRunBack) {
  Enqueue(kRun);
  resources_.on_commit = [&](const load::PageCommit& page) {
    if (page.page_number == 2)
      pages().FailNextCommit(base::Error(base::Reason::kRunFenced, "another page"));
  };
  RunOnce();
  EXPECT_EQ(Row().state, model::RunState::kQueued) << "not left running by nobody (I6)";
}

TEST_F(PipelineTest, ACredentialThatVanishedFailsTheRun) {
  Enqueue(kRun);
  resources_.on_open = [] {
    return base::Error(base::Reason::kNotFound, "the credential is gone");
  };
  RunOnce();
  EXPECT_EQ(Row().state, model::RunState::kFailed);
  EXPECT_EQ(Row().ending.error.reason, "NOT_FOUND");
}

TEST_F(PipelineTest, WaitsForAKeyServiceThatIsAway) {
  Enqueue(kRun);
  int tries = 0;
  resources_.on_open = [&]() -> absl::Status {
    if (++tries <= 3) return base::Error(base::Reason::kKeyUnavailable, "Vault is sealed");
    return absl::OkStatus();
  };
  RunOnce();
  EXPECT_TRUE(pages().Get().ended);
  EXPECT_EQ(tries, 4);
  EXPECT_EQ(Row().wait.reason, "KEY_UNAVAILABLE");
}

TEST_F(PipelineTest, AKeyThatStaysAwayHandsTheRunBackAndASecretFailsIt) {
  Enqueue(kRun);
  const base::SteadyTime begin = clock_.SteadyNow();
  resources_.on_open = [] { return base::Error(base::Reason::kKeyUnavailable, "away"); };
  RunOnce();
  EXPECT_EQ(Row().state, model::RunState::kQueued);
  EXPECT_LE(clock_.SteadyNow() - begin, Pipeline::kSecretPatience);
  EXPECT_GE(clock_.SteadyNow() - begin, Pipeline::kSecretPatience / 2);
  resources_.on_open = [] { return base::Error(base::Reason::kSecretUnavailable, "away"); };
  RunOnce();
  EXPECT_EQ(Row().state, model::RunState::kFailed);
  EXPECT_EQ(Row().ending.error.reason, "SECRET_UNAVAILABLE");
}

TEST_F(PipelineTest, AnUnreadableDefinitionFailsTheRun) {
  Enqueue(kRun);
  queue::ClaimedRun run = Claim();
  run.definition = R"({"integration": {}})";
  Pipeline(context_, run, control_).Run();
  EXPECT_EQ(Row().state, model::RunState::kFailed);
  EXPECT_EQ(Row().ending.error.reason, "INTERNAL");
}

}  // namespace
}  // namespace syncline::run
