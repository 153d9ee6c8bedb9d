#include "store/run_event_json.h"

#include <gtest/gtest.h>

#include <chrono>

#include "base/status.h"

namespace syncline::store {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

model::RunCounters SomeCounters() {
  return {.pages = 1,
          .records = 2,
          .created = 3,
          .updated = 4,
          .unchanged = 5,
          .rejected = 6,
          .duplicates = 7,
          .skipped = 8,
          .missing = 9,
          .response_bytes = (1LL << 53) + 1,
          .requests = 11,
          .failed_details = 13,
          .total_records = 12};
}

template <typename Event>
Event RoundTrip(const Event& event) {
  const model::RunEventBody body = event;
  auto decoded = DecodeRunEvent(model::RunEventKind(body), EncodeRunEvent(body));
  EXPECT_TRUE(decoded.ok()) << decoded.status();
  return decoded.ok() && std::holds_alternative<Event>(*decoded) ? std::get<Event>(*decoded)
                                                                 : Event{};
}

TEST(RunEventJsonTest, EveryArmComesBack) {
  EXPECT_EQ(RoundTrip(model::RunQueued{model::RunTrigger::kSchedule}).trigger,
            model::RunTrigger::kSchedule);
  const auto started = RoundTrip(model::RunStarted{.attempt = 3, .page_number = 17});
  EXPECT_EQ(started.attempt, 3);
  EXPECT_EQ(started.page_number, 17);
  const auto page = RoundTrip(
      model::PageCommitted{.page_number = 4, .page = {.records = 9}, .total = SomeCounters()});
  EXPECT_EQ(page.page_number, 4);
  EXPECT_EQ(page.page, model::RunCounters{.records = 9});
  EXPECT_EQ(page.total, SomeCounters());
  EXPECT_EQ(page.refusal, std::nullopt);
  const model::IdentityRefusal refusal{"role", {"AUTH_FAILED", "no", {{"status", "403"}}}};
  EXPECT_EQ(RoundTrip(model::PageCommitted{.page_number = 5, .refusal = refusal}).refusal, refusal);
  EXPECT_EQ(page.doubt, std::nullopt);
  const model::RunError doubt{"LIST_INCOMPLETE", "no", {{"total", "3"}}};
  const auto doubted = RoundTrip(model::PageCommitted{.doubt = doubt, .paging = "by links"});
  EXPECT_EQ(doubted.doubt, doubt);
  EXPECT_EQ(doubted.paging, "by links");
  EXPECT_EQ(RoundTrip(model::RunReleased{"DRAINING"}).reason, "DRAINING");
}

TEST(RunEventJsonTest, WaitKeepsItsInstantAlsoBefore1970) {
  for (const auto since : {microseconds(1'700'000'000'123'456), microseconds(-1'500'000)}) {
    const model::RunWait wait{"VENDOR_THROTTLED", "429", base::Time(since)};
    const auto back = RoundTrip(model::RunWaiting{.wait = wait, .attempt = 5});
    EXPECT_EQ(back.wait, wait);
    EXPECT_EQ(back.attempt, 5);
    EXPECT_EQ(*DecodeRunWait(EncodeRunWait(wait)), wait);
  }
}

TEST(RunEventJsonTest, EndedKeepsStateVerdictAndError) {
  const model::RunEnded ended{.state = model::RunState::kFailed,
                              .verdict = model::Verdict::kLoop,
                              .error = {"PAGINATION_LOOP", "again", {{"page", "7"}}},
                              .counters = SomeCounters()};
  const auto back = RoundTrip(ended);
  EXPECT_EQ(back.state, ended.state);
  EXPECT_EQ(back.verdict, ended.verdict);
  EXPECT_EQ(back.error, ended.error);
  EXPECT_EQ(back.counters, ended.counters);
  EXPECT_EQ(*DecodeRunError(EncodeRunError(ended.error)), ended.error);
}

TEST(RunEventJsonTest, SuccessCarriesNoError) {
  const std::string json = EncodeRunEvent(
      model::RunEnded{.state = model::RunState::kSucceeded, .verdict = model::Verdict::kComplete});
  EXPECT_EQ(json.find("error"), std::string::npos) << json;
  EXPECT_NE(json.find("STATE_SUCCEEDED"), std::string::npos) << json;
}

TEST(RunEventJsonTest, CountersAreProtoJsonAndTolerateTheNew) {
  EXPECT_EQ(*DecodeCounters(EncodeCounters(SomeCounters())), SomeCounters());
  EXPECT_EQ(*DecodeCounters("{}"), model::RunCounters{});
  EXPECT_EQ(*DecodeCounters(R"({"records":"3","laterField":true})"),
            model::RunCounters{.records = 3});
  EXPECT_EQ(base::ReasonOf(DecodeCounters("[").status()), base::Reason::kInternal);
}

TEST(RunEventJsonTest, UnknownKindIsAnError) {
  EXPECT_EQ(base::ReasonOf(DecodeRunEvent("later", "{}").status()), base::Reason::kInternal);
}

}  // namespace
}  // namespace syncline::store
