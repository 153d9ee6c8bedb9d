#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "base/status.h"
#include "event/event_log.h"

namespace syncline::test {

// What every EventLog must do. An implementation's test brings a harness and instantiates the
// suite.
class EventLogHarness {
 public:
  virtual ~EventLogHarness() = default;
  virtual event::EventLog& log() = 0;
  virtual void AddRun(const std::string& run_id) = 0;
  // Commits the run's next event.
  virtual void Append(const std::string& run_id, const model::RunEventBody& body) = 0;
};

class EventLogContract
    : public testing::TestWithParam<std::function<std::unique_ptr<EventLogHarness>()>> {
 protected:
  void SetUp() override {
    harness_ = GetParam()();
    if (harness_ == nullptr) GTEST_SKIP() << "SKIPPED: no PostgreSQL binaries";
    harness_->AddRun(kRun);
    harness_->AddRun(kOther);
  }
  std::vector<std::int64_t> SequencesAfter(std::int64_t after, int limit) {
    const auto events = harness_->log().ReadAfter(kRun, after, limit);
    EXPECT_TRUE(events.ok()) << events.status().ToString();
    std::vector<std::int64_t> sequences;
    if (events.ok()) {
      for (const model::RunEvent& event : *events) sequences.push_back(event.sequence);
    }
    return sequences;
  }
  static constexpr const char* kRun = "01900000-0000-7000-8000-000000000001";
  static constexpr const char* kOther = "01900000-0000-7000-8000-000000000002";
  std::unique_ptr<EventLogHarness> harness_;
};

TEST_P(EventLogContract, ReadsInOrderAfterASequence) {
  for (int page = 1; page <= 5; ++page) {
    harness_->Append(kRun, model::PageCommitted{.page_number = page});
    harness_->Append(kOther, model::PageCommitted{.page_number = 100 + page});
  }
  EXPECT_THAT(SequencesAfter(0, 100), testing::ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(SequencesAfter(0, 2), testing::ElementsAre(1, 2));
  EXPECT_THAT(SequencesAfter(2, 2), testing::ElementsAre(3, 4));
  EXPECT_THAT(SequencesAfter(5, 2), testing::IsEmpty());
  EXPECT_THAT(SequencesAfter(99, 2), testing::IsEmpty());
}

TEST_P(EventLogContract, GivesBackWhatWasWritten) {
  harness_->Append(kRun, model::RunQueued{model::RunTrigger::kSchedule});
  harness_->Append(kRun, model::RunEnded{model::RunState::kFailed,
                                         model::Verdict::kLoop,
                                         {"PAGINATION_LOOP", "again", {{"page", "7"}}},
                                         {.pages = 6}});
  const auto events = harness_->log().ReadAfter(kRun, 0, 10);
  ASSERT_TRUE(events.ok()) << events.status().ToString();
  ASSERT_EQ(events->size(), 2U);
  EXPECT_EQ(std::get<model::RunQueued>((*events)[0].body).trigger, model::RunTrigger::kSchedule);
  const auto& ended = std::get<model::RunEnded>((*events)[1].body);
  EXPECT_EQ(ended.verdict, model::Verdict::kLoop);
  EXPECT_EQ(ended.error.metadata.at("page"), "7");
  EXPECT_EQ(ended.counters.pages, 6);
}

TEST_P(EventLogContract, TellsAnUnknownRunFromAQuietOne) {
  EXPECT_THAT(SequencesAfter(0, 10), testing::IsEmpty());
  const auto unknown = harness_->log().ReadAfter("01900000-0000-7000-8000-00000000ffff", 0, 10);
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(base::ReasonOf(unknown.status()), base::Reason::kNotFound);
}

}  // namespace syncline::test
