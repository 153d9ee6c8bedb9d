// When export jobs are cleaned up, and when they are not.
#include "pull/job_clean_ups.h"

#include <gmock/gmock.h>

#include "tests/pull/export_fixture.h"

namespace syncline::pull {
namespace {

using testing::HasSubstr;

constexpr char kCleanUp[] = "DELETE /exports/e1";

class JobCleanUpsTest : public ExportTest {
 protected:
  std::unique_ptr<Puller> MakeOne() {
    auto made = Puller::Make({.integration = ParseIntegration(InChunks()),
                              .authenticator = auth::MakeNoAuthenticator(),
                              .transport = exporting_,
                              .clock = clock_,
                              .random = random_,
                              .run_start = clock_.Now(),
                              .on_clean_up_failed = [this](const absl::Status& status) {
                                failures_.push_back(status);
                              }});
    EXPECT_TRUE(made.ok()) << base::MessageOf(made.status());
    return *std::move(made);
  }
  std::vector<absl::Status> failures_;
};

TEST_F(JobCleanUpsTest, OnceAfterTheLastPageIsCommitted) {
  ServeChunks();
  const auto puller = MakeOne();
  PullAll(*puller);
  puller->CleanUp(false, {});
  EXPECT_EQ(CountOf(kCleanUp), 0) << "the last page is not committed: another attempt needs it";
}

TEST_F(JobCleanUpsTest, OfAFinishedRun) {
  ServeChunks();
  const auto puller = MakeOne();
  PullAll(*puller);
  puller->Committed(3);
  puller->CleanUp(true, {});
  puller->CleanUp(true, {});
  EXPECT_EQ(CountOf(kCleanUp), 1);
  EXPECT_TRUE(failures_.empty());
}

TEST_F(JobCleanUpsTest, OfARunThatFailed) {
  ServeChunks();
  script_["GET /exports/e1/chunks/2"] = {test::JsonResponse("{}", 400)};
  const auto puller = MakeOne();
  EXPECT_FALSE(FailureOf(*puller).ok());
  puller->CleanUp(true, {});
  EXPECT_EQ(CountOf(kCleanUp), 1);
}

TEST_F(JobCleanUpsTest, OfAJobThatFailed) {
  ServeChunks();
  script_["GET /exports/e1"] = {test::JsonResponse(R"({"status":"ERROR"})")};
  const auto puller = MakeOne();
  EXPECT_FALSE(FailureOf(*puller).ok());
  puller->CleanUp(true, {});
  EXPECT_EQ(CountOf(kCleanUp), 1);
}

TEST_F(JobCleanUpsTest, NotOfARunThatGoesOnElsewhere) {
  ServeChunks();
  const auto puller = MakeOne();
  ASSERT_TRUE(puller->Next({}).ok());
  ASSERT_TRUE(puller->Next({}).ok());
  puller->Committed(2);
  puller->CleanUp(false, {});
  EXPECT_EQ(CountOf(kCleanUp), 0);
}

TEST_F(JobCleanUpsTest, OfAJobThatAnEarlierAttemptOrdered) {
  ServeChunks();
  const auto page = MakeOne()->Next({});
  const auto puller = MakeOne();
  ASSERT_TRUE(puller->Resume(1, (*page)->checkpoint).ok());
  puller->CleanUp(true, {});  // cancelled before anything was asked
  EXPECT_EQ(CountOf(kCleanUp), 1);
}

TEST_F(JobCleanUpsTest, ItsFailureIsToldAndNoMore) {
  ServeChunks();
  script_[kCleanUp] = {test::JsonResponse(R"({"error":"locked"})", 503)};
  const auto puller = MakeOne();
  EXPECT_EQ(PullAll(*puller), "1: 2:a,b 3:c.");
  puller->Committed(3);
  puller->CleanUp(true, {});
  EXPECT_EQ(CountOf(kCleanUp), 1) << "no second try";
  ASSERT_EQ(failures_.size(), 1U);
  EXPECT_THAT(base::MessageOf(failures_[0]), HasSubstr("locked"));
}

TEST_F(JobCleanUpsTest, WhatIsGoneIsClean) {
  ServeChunks();
  script_[kCleanUp] = {test::JsonResponse("{}", 404)};
  const auto puller = MakeOne();
  PullAll(*puller);
  puller->CleanUp(true, {});
  EXPECT_EQ(CountOf(kCleanUp), 1);
  EXPECT_TRUE(failures_.empty());
}

TEST_F(JobCleanUpsTest, WithoutARequestForItNothingIsSent) {
  On("GET /order", R"({"id":"e1"})");
  On("GET /poll", "{}");
  On("GET /file", R"([{"id":"a"}])");
  const auto puller = MakeExport(
      "request { url: 'https://v.example/file' } export_job { "
      "create { url: 'https://v.example/order' } poll { url: 'https://v.example/poll' } "
      "ready_when: '`true`' }");
  EXPECT_EQ(PullAll(*puller), "1: 2:a.");
  puller->CleanUp(true, {});
  EXPECT_EQ(Sent().size(), 3U);
}

// Never answers a clean-up.
class SilentTransport final : public http::Transport {
 public:
  explicit SilentTransport(http::Transport& inner) : inner_(inner) {}
  absl::StatusOr<http::Response> Send(const http::Request& request,
                                      const http::TransportLimits& limits,
                                      std::stop_token stop) override {
    if (request.method != http::Method::kDelete) return inner_.Send(request, limits, stop);
    timeout = limits.total_timeout;
    return base::Error(base::Reason::kVendorTimeout, "no answer");
  }
  std::chrono::milliseconds timeout{0};

 private:
  http::Transport& inner_;
};

TEST_F(JobCleanUpsTest, ItsTimeIsBounded) {
  ServeChunks();
  SilentTransport transport(exporting_);
  const auto puller = MakePuller(transport, InChunks());
  PullAll(*puller);
  puller->CleanUp(true, {});
  EXPECT_EQ(transport.timeout, JobCleanUps::kTimeout);
}

}  // namespace
}  // namespace syncline::pull
