// The exchanges of runs in the database: which are kept, for how long, and under whose fence.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "store/exchange_store.h"
#include "tests/run/run_worker.h"
#include "tests/support/run_tables.h"
#include "tests/support/scripted_transport.h"

namespace syncline::run {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ExchangesPgTest : public test::MigratedDatabaseTest {
 protected:
  void SetUp() override {
    test::MigratedDatabaseTest::SetUp();
    if (!migrated_.has_value()) return;
    tables_.emplace(*migrated_);
    v1::Integration integration;
    integration.set_object_type("user");
    integration.mutable_request()->set_url("https://vendor.example/users");
    integration.mutable_pagination()->mutable_limit_offset()->set_limit(1);
    tables_->AddIntegration("people", integration);
    tables_->AddWorker(test::kFirstWorker);
  }
  // A run that the first worker owns, as far as tables go.
  std::string Claim(const std::string& integration = "people") {
    const std::string run = tables_->Enqueue(integration).value();
    queue::PostgresRunQueue queue(database(), test::kFirstWorker);
    EXPECT_EQ(queue.Claim(1)->size(), 1U);
    return run;
  }
  absl::Status Write(const std::string& run, const std::vector<model::Exchange>& exchanges,
                     std::int64_t epoch = 1, const char* worker = test::kFirstWorker) {
    return database().RunTransaction([&](store::Transaction& transaction) {
      return store::WriteExchanges(transaction, {"default", run, worker, epoch}, exchanges, 3);
    });
  }
  std::vector<v1::Exchange> List(const std::string& run, std::int64_t after = 0,
                                 std::int64_t limit = 1'000) {
    std::vector<v1::Exchange> exchanges;
    EXPECT_TRUE(database()
                    .RunTransaction([&](store::Transaction& transaction) -> absl::Status {
                      SYNCLINE_ASSIGN_OR_RETURN(
                          exchanges,
                          store::ListExchanges(transaction, "default", run, after, limit));
                      return absl::OkStatus();
                    })
                    .ok());
    return exchanges;
  }
  std::vector<std::int64_t> Ids(const std::string& run) {
    std::vector<std::int64_t> ids;
    for (const v1::Exchange& one : List(run)) ids.push_back(one.exchange_id());
    return ids;
  }
  static model::Exchange One(std::int64_t id, bool failed = false) {
    model::Exchange exchange;
    exchange.exchange_id = id;
    exchange.failed = failed;
    return exchange;
  }
  void End(const std::string& run) {
    migrated_->Query(
        fmt::format("DELETE FROM syncline.run_queue WHERE run_id = '{}' RETURNING 1", run));
  }

  std::optional<test::RunTables> tables_;
};

TEST_F(ExchangesPgTest, AllOfOneComesBack) {
  const std::string run = Claim();
  model::Exchange exchange{.exchange_id = 7,
                           .send_time = base::Time(std::chrono::milliseconds(1'767'225'600'123)),
                           .duration = std::chrono::microseconds(1'500'250),
                           .purpose = model::ExchangePurpose::kDetail,
                           .page_number = 2,
                           .partition = "site \"7\"",
                           .cause = "detail owner of record 1 of page 2",
                           .attempt = 2,
                           .wait = std::chrono::milliseconds(2'500),
                           .wait_cause = "VENDOR_THROTTLED: slow down",
                           .method = "POST",
                           .url = "https://v.example/?q=%C3%BC",
                           .request_headers = {{"Accept", "application/json"}},
                           .request_body = "{\"a\":\n1}",
                           .status = 200,
                           .response_headers = {{"X-A", "1"}, {"X-A", "2"}},
                           .response_body = "[\"\xC3\xBC\"]",
                           .response_bytes = 5,
                           .judgement = "status 200",
                           .reason = "JSON_INVALID",
                           .failed = true};
  ASSERT_TRUE(Write(run, {exchange}).ok());
  const auto listed = List(run);
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0].SerializeAsString(), store::ToProto(exchange).SerializeAsString());
  EXPECT_EQ(listed[0].purpose(), v1::Exchange::PURPOSE_DETAIL);
  EXPECT_EQ(listed[0].duration().nanos(), 500'250'000);
}

TEST_F(ExchangesPgTest, TheNewestStayAndTheFailedOnes) {
  const std::string run = Claim();
  ASSERT_TRUE(Write(run, {One(1), One(2, true), One(3), One(4)}).ok());
  EXPECT_THAT(Ids(run), ElementsAre(2, 3, 4));
  ASSERT_TRUE(Write(run, {One(5), One(6)}).ok());
  EXPECT_THAT(Ids(run), ElementsAre(2, 4, 5, 6));
  model::Exchange judged = One(6, true);
  judged.judgement = "status 200; RECORDS_NOT_FOUND: none";
  ASSERT_TRUE(Write(run, {judged}).ok());
  EXPECT_EQ(List(run).back().judgement(), judged.judgement) << "what was said later counts";
  const auto page = List(run, 2, 2);
  EXPECT_EQ(page.front().exchange_id(), 4);
  EXPECT_EQ(page.size(), 2U);
}

TEST_F(ExchangesPgTest, NobodyWritesForARunThatIsNotTheirs) {
  const std::string run = Claim();
  ASSERT_TRUE(Write(run, {One(1)}, 2).ok());
  ASSERT_TRUE(Write(run, {One(1)}, 1, test::kSecondWorker).ok());
  EXPECT_THAT(Ids(run), IsEmpty());
  ASSERT_TRUE(Write(run, {One(1)}).ok());
  EXPECT_THAT(Ids(run), ElementsAre(1));
}

TEST_F(ExchangesPgTest, OfAnIntegrationTheNewestRunsKeepTheirs) {
  tables_->AddIntegration("others");
  const std::string other = Claim("others");
  ASSERT_TRUE(Write(other, {One(1)}).ok());
  std::vector<std::string> runs;
  for (int i = 0; i <= store::kExchangeRunsMax; ++i) {
    runs.push_back(Claim());
    ASSERT_TRUE(Write(runs.back(), {One(1, true)}).ok());
    End(runs.back());
  }
  EXPECT_THAT(Ids(runs.front()), IsEmpty());
  EXPECT_THAT(Ids(runs[1]), ElementsAre(1));
  EXPECT_THAT(Ids(runs.back()), ElementsAre(1));
  EXPECT_THAT(Ids(other), ElementsAre(1));
}

TEST_F(ExchangesPgTest, ARunLeavesThemBehind) {
  test::ScriptedTransport vendor([](const http::Request& request) {
    if (request.url.query.find("offset=1") != std::string::npos) {
      return test::JsonResponse(R"({"error":"gone"})", 410);
    }
    return test::JsonResponse(R"([{"email":"a@b.example"}])");
  });
  RunWorker worker(*migrated_, vendor, test::kFirstWorker);
  ASSERT_TRUE(worker.executor.Start().ok());
  const std::string run = tables_->Enqueue("people").value();
  while (tables_->RunColumn(run, "end_time IS NULL") == "t") std::this_thread::yield();
  const auto listed = List(run);
  ASSERT_EQ(listed.size(), 2U);
  EXPECT_EQ(listed[0].judgement(), "status 200; 1 records; more pages follow");
  EXPECT_EQ(listed[1].status(), 410);
  EXPECT_EQ(listed[1].reason(), "VENDOR_ERROR");
}

}  // namespace
}  // namespace syncline::run
