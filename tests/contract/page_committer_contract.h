#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "load/page_committer.h"
#include "model/run_event.h"

namespace syncline::test {

// What every PageCommitter must do. An implementation's test brings a harness and instantiates the
// suite. Rows have one column, `email`, which is the sync key; equal texts make equal hashes.
class PageCommitterHarness {
 public:
  virtual ~PageCommitterHarness() = default;
  // Begins a run of the one integration; the one before has ended. A committer of its owner.
  virtual std::unique_ptr<load::PageCommitter> StartRun() = 0;
  // Another committer of the same run and owner, as after a crash of the pipeline.
  virtual std::unique_ptr<load::PageCommitter> Again() = 0;
  // Gives the run to another worker.
  virtual void Steal() = 0;
  virtual void RequestCancel() = 0;
  virtual std::vector<model::RunEvent> Events() = 0;
  virtual bool ended() = 0;
  virtual std::string checkpoint() = 0;
  virtual std::int64_t reject_count_max() = 0;
  // The states that the next run would see, "partition:value" in order, and how many more are kept
  // for runs that have not ended.
  virtual std::string States() = 0;
  virtual std::int64_t KeptStateCount() = 0;
  // One row per text "key=value".
  virtual model::RowBatch Rows(const std::vector<std::string>& texts) = 0;
};

class PageCommitterContract
    : public testing::TestWithParam<std::function<std::unique_ptr<PageCommitterHarness>()>> {
 protected:
  void SetUp() override {
    harness_ = GetParam()();
    if (harness_ == nullptr) GTEST_SKIP() << "SKIPPED: no PostgreSQL binaries";
  }
  load::PageCommit Page(std::int64_t number, const std::vector<std::string>& texts,
                        bool last = false) {
    load::PageCommit page{.page_number = number,
                          .rows = harness_->Rows(texts),
                          .checkpoint = last ? "" : "{\"next\": 1}",
                          .last = last};
    page.counters.pages = 1;
    page.counters.records = page.rows.records;
    return page;
  }
  static load::PageOutcome Committed(load::PageCommitter& committer, const load::PageCommit& page) {
    const auto held = std::make_shared<const load::PageCommit>(page);
    committer.Prepare(held);
    auto outcome = committer.Commit(*held);
    EXPECT_TRUE(outcome.ok()) << outcome.status();
    return outcome.ok() ? *outcome : load::PageOutcome{};
  }
  static base::Reason Failed(load::PageCommitter& committer, const load::PageCommit& page) {
    const auto outcome = committer.Commit(page);
    EXPECT_FALSE(outcome.ok());
    return outcome.ok() ? base::Reason::kInternal : base::ReasonOf(outcome.status());
  }
  std::unique_ptr<PageCommitterHarness> harness_;
};

TEST_P(PageCommitterContract, CountsWhatBecameOfEachRecord) {
  auto committer = harness_->StartRun();
  const auto first = Committed(*committer, Page(1, {"a=1", "b=1"}));
  EXPECT_EQ(first.page, (model::RunCounters{.pages = 1, .records = 2, .created = 2}));
  const auto second = Committed(*committer, Page(2, {"c=1", "a=2", "b=1"}, true));
  EXPECT_EQ(
      second.page,
      (model::RunCounters{.pages = 1, .records = 3, .created = 1, .updated = 1, .unchanged = 1}));
  EXPECT_EQ(
      second.total,
      (model::RunCounters{.pages = 2, .records = 5, .created = 3, .updated = 1, .unchanged = 1}));
}

TEST_P(PageCommitterContract, UnchangedIsKnownInTheNextRun) {
  auto committer = harness_->StartRun();
  Committed(*committer, Page(1, {"a=1", "b=1", "c=1"}, true));
  committer = harness_->StartRun();
  EXPECT_EQ(Committed(*committer, Page(1, {"a=1", "b=1"})).page.unchanged, 2);
  const auto last = Committed(*committer, Page(2, {"d=1"}, true));
  EXPECT_EQ(last.page.created, 1);
  EXPECT_EQ(last.page.missing, 1) << "c";
}

TEST_P(PageCommitterContract, EventsAreDenseAndOneIsTerminal) {
  auto committer = harness_->StartRun();
  const auto before = static_cast<std::int64_t>(harness_->Events().size());
  Committed(*committer, Page(1, {"a=1"}));
  EXPECT_EQ(harness_->checkpoint(), "{\"next\": 1}");
  const auto outcome = Committed(*committer, Page(2, {}, true));
  const auto events = harness_->Events();
  ASSERT_EQ(static_cast<std::int64_t>(events.size()), before + 3);
  EXPECT_EQ(outcome.latest_sequence, before + 3);
  for (std::size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(events[i].sequence, static_cast<std::int64_t>(i) + 1) << "I3";
  }
  const auto& page = std::get<model::PageCommitted>(events[events.size() - 2].body);
  EXPECT_EQ(page.page_number, 2);
  EXPECT_EQ(page.total, outcome.total);
  const auto& end = std::get<model::RunEnded>(events.back().body);
  EXPECT_EQ(end.state, model::RunState::kSucceeded);
  EXPECT_EQ(end.verdict, model::Verdict::kComplete);
  EXPECT_EQ(end.counters, outcome.total);
  EXPECT_TRUE(harness_->ended());
}

TEST_P(PageCommitterContract, APartialRunSucceedsAndMissesNothing) {
  auto committer = harness_->StartRun();
  Committed(*committer, Page(1, {"a=1", "b=1"}, true));
  committer = harness_->StartRun();
  const model::IdentityRefusal refusal{"role", {"SIGN_IN_FAILED", "denied", {{"code", "x"}}}};
  load::PageCommit refused = Page(1, {});
  refused.refusal = refusal;
  Committed(*committer, refused);
  load::PageCommit last = Page(2, {"a=1"}, true);
  last.verdict = model::Verdict::kPartial;
  EXPECT_EQ(Committed(*committer, last).page.missing, 0) << "b may be the refused identity's";
  const auto events = harness_->Events();
  ASSERT_GE(events.size(), 3U);
  EXPECT_EQ(std::get<model::PageCommitted>(events[events.size() - 3].body).refusal, refusal);
  EXPECT_EQ(std::get<model::PageCommitted>(events[events.size() - 2].body).refusal, std::nullopt);
  const auto& end = std::get<model::RunEnded>(events.back().body);
  EXPECT_EQ(end.state, model::RunState::kSucceeded);
  EXPECT_EQ(end.verdict, model::Verdict::kPartial);
  EXPECT_EQ(end.error, model::RunError{});
}

TEST_P(PageCommitterContract, ADoubtIsKeptWithThePageAndTheRun) {
  auto committer = harness_->StartRun();
  const model::RunError doubt{"LIST_INCOMPLETE", "9 of 10", {{"total", "10"}}};
  load::PageCommit first = Page(1, {"a=1"});
  first.paging = "links.next";
  Committed(*committer, first);
  load::PageCommit last = Page(2, {"b=1"}, true);
  last.verdict = model::Verdict::kPartial;
  last.doubt = doubt;
  Committed(*committer, last);
  const auto events = harness_->Events();
  ASSERT_GE(events.size(), 3U);
  EXPECT_EQ(std::get<model::PageCommitted>(events[events.size() - 3].body).paging, "links.next");
  const auto& page = std::get<model::PageCommitted>(events[events.size() - 2].body);
  EXPECT_EQ(page.doubt, doubt);
  EXPECT_EQ(page.paging, "");
  EXPECT_EQ(std::get<model::RunEnded>(events.back().body).error, doubt);
}

TEST_P(PageCommitterContract, StatesCountWhenTheRunIsComplete) {
  auto committer = harness_->StartRun();
  load::PageCommit first = Page(1, {"a=1"});
  first.states = {{"x", 10}, {"y", 10}};
  Committed(*committer, first);
  EXPECT_EQ(harness_->States(), "");
  committer = harness_->Again();  // as after a crash
  load::PageCommit unchanged = Page(2, {"a=1"});
  unchanged.states = {{"y", 30}};
  Committed(*committer, unchanged);
  load::PageCommit last = Page(3, {"b=1"}, true);
  last.states = {{"", -5}, {"y", 20}};
  Committed(*committer, last);
  EXPECT_EQ(harness_->States(), ":-5 x:10 y:30 ") << "of one that was walked in parts the newest";
  EXPECT_EQ(harness_->KeptStateCount(), 0);

  committer = harness_->StartRun();
  load::PageCommit only = Page(1, {"a=1"}, true);
  only.states = {{"x", 5}};
  Committed(*committer, only);
  EXPECT_EQ(harness_->States(), ":-5 x:5 y:30 ") << "a later run may take it back, a full one";
}

TEST_P(PageCommitterContract, ARunThatIsNotCompleteLeavesTheStates) {
  auto committer = harness_->StartRun();
  load::PageCommit page = Page(1, {"a=1"}, true);
  page.states = {{"x", 10}};
  Committed(*committer, page);

  committer = harness_->StartRun();  // its last page never comes
  load::PageCommit kept = Page(1, {"a=1"});
  kept.states = {{"x", 20}};
  Committed(*committer, kept);
  EXPECT_EQ(harness_->States(), "x:10 ");

  committer = harness_->StartRun();
  load::PageCommit partial = Page(1, {"a=1"}, true);
  partial.states = {{"x", 30}};
  partial.verdict = model::Verdict::kPartial;
  Committed(*committer, partial);
  EXPECT_EQ(harness_->States(), "x:10 ");

  committer = harness_->StartRun();
  Committed(*committer, Page(1, {"a=1"}, true));
  EXPECT_EQ(harness_->States(), "x:10 ") << "what the run before had kept is not taken up";
  EXPECT_EQ(harness_->KeptStateCount(), 0);
}

TEST_P(PageCommitterContract, NothingIsMissingWhereOnlyChangesWereAskedFor) {
  auto committer = harness_->StartRun();
  Committed(*committer, Page(1, {"a=1", "b=1"}, true));
  committer = harness_->StartRun();
  load::PageCommit page = Page(1, {"a=2"}, true);
  page.whole_list = false;
  const auto outcome = Committed(*committer, page);
  EXPECT_EQ(outcome.page.missing, 0);
  EXPECT_EQ(std::get<model::RunEnded>(harness_->Events().back().body).verdict,
            model::Verdict::kComplete);
}

TEST_P(PageCommitterContract, AnotherOwnerFencesOut) {
  auto committer = harness_->StartRun();
  Committed(*committer, Page(1, {"a=1"}));
  harness_->Steal();
  const auto events = harness_->Events().size();
  EXPECT_EQ(Failed(*committer, Page(2, {"a=1"})), base::Reason::kRunFenced) << "unchanged";
  EXPECT_EQ(Failed(*committer, Page(2, {"b=1"})), base::Reason::kRunFenced) << "new";
  EXPECT_EQ(Failed(*committer, Page(2, {"b=1"}, true)), base::Reason::kRunFenced) << "last";
  EXPECT_EQ(harness_->Events().size(), events);
  EXPECT_FALSE(harness_->ended());
}

TEST_P(PageCommitterContract, PagesFollowEachOther) {
  auto committer = harness_->StartRun();
  Committed(*committer, Page(1, {"a=1"}));
  EXPECT_EQ(Failed(*committer, Page(3, {"b=1"})), base::Reason::kRunFenced);
  EXPECT_EQ(Failed(*committer, Page(1, {"a=1"})), base::Reason::kRunFenced);
  Committed(*committer, Page(2, {"b=1"}));
}

TEST_P(PageCommitterContract, CancelWritesNothing) {
  auto committer = harness_->StartRun();
  Committed(*committer, Page(1, {"a=1"}));
  harness_->RequestCancel();
  const auto events = harness_->Events().size();
  EXPECT_EQ(Failed(*committer, Page(2, {"a=1"})), base::Reason::kCancelled) << "unchanged";
  EXPECT_EQ(Failed(*committer, Page(2, {"b=1"})), base::Reason::kCancelled) << "new";
  EXPECT_EQ(Failed(*committer, Page(2, {"b=1"}, true)), base::Reason::kCancelled) << "last";
  EXPECT_EQ(harness_->Events().size(), events);
}

TEST_P(PageCommitterContract, GoesOnAfterACrash) {
  auto committer = harness_->StartRun();
  Committed(*committer, Page(1, {"a=1", "b=1"}));
  committer = harness_->Again();
  const auto outcome = Committed(*committer, Page(2, {"b=2", "c=1"}, true));
  EXPECT_EQ(outcome.total,
            (model::RunCounters{.pages = 2, .records = 4, .created = 3, .updated = 1}));
}

TEST_P(PageCommitterContract, PagePreparedBeforeAnEarlierCommitSeesIt) {
  auto committer = harness_->StartRun();
  const auto first = std::make_shared<const load::PageCommit>(Page(1, {"a=1"}));
  const auto second = std::make_shared<const load::PageCommit>(Page(2, {"a=2", "b=1"}, true));
  committer->Prepare(first);
  committer->Prepare(second);
  ASSERT_TRUE(committer->Commit(*first).ok());
  const auto outcome = committer->Commit(*second);
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->page.updated, 1);
  EXPECT_EQ(outcome->page.created, 1);
}

TEST_P(PageCommitterContract, TooManyRejectsStopTheRun) {
  auto committer = harness_->StartRun();
  auto page = Page(1, {"a=1"});
  page.rows.rejects.resize(static_cast<std::size_t>(harness_->reject_count_max()));
  page.rows.duplicates = 2;
  const auto outcome = Committed(*committer, page);
  EXPECT_EQ(outcome.page.rejected, harness_->reject_count_max());
  EXPECT_EQ(outcome.page.duplicates, 2);
  auto next = Page(2, {"b=1"});
  next.rows.rejects.resize(1);
  EXPECT_EQ(Failed(*committer, next), base::Reason::kRejectLimitReached);
  EXPECT_FALSE(harness_->ended());
}

}  // namespace syncline::test
