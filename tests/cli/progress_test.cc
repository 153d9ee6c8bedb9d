#include "cli/progress.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/time_util.h>
#include <gtest/gtest.h>

#include <sstream>

#include "cli/progress_view.h"

namespace syncline::cli {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;

base::Time At(int second) { return base::Time(seconds(1'700'000'000 + second)); }

v1::WatchRunResponse Event(std::int64_t sequence, int second) {
  v1::WatchRunResponse answer;
  answer.mutable_event()->set_sequence(sequence);
  *answer.mutable_event()->mutable_time() =
      google::protobuf::util::TimeUtil::SecondsToTimestamp(1'700'000'000 + second);
  return answer;
}

v1::WatchRunResponse Started(std::int64_t sequence, int second) {
  v1::WatchRunResponse answer = Event(sequence, second);
  answer.mutable_event()->mutable_started()->set_attempt(1);
  return answer;
}

v1::WatchRunResponse Page(std::int64_t sequence, int second, int pages, std::int64_t total) {
  v1::WatchRunResponse answer = Event(sequence, second);
  auto* counters = answer.mutable_event()->mutable_page_committed()->mutable_total();
  counters->set_pages(pages);
  counters->set_records(pages * 1'000);
  counters->set_created(pages * 1'000);
  counters->set_total_records(total);
  return answer;
}

v1::WatchRunResponse Ended(std::int64_t sequence, int second, v1::Run::State state) {
  v1::WatchRunResponse answer = Event(sequence, second);
  auto* ended = answer.mutable_event()->mutable_ended();
  ended->set_state(state);
  ended->mutable_counters()->set_pages(2);
  ended->mutable_counters()->set_records(2'000);
  ended->mutable_counters()->set_created(2'000);
  return answer;
}

TEST(ProgressTest, ShowsShareRateAndTimeLeft) {
  Progress progress;
  progress.Apply(Started(1, 0), At(0));
  progress.Apply(Page(2, 1, 1, 10'000), At(1));
  progress.Apply(Page(3, 2, 2, 10'000), At(2));
  EXPECT_EQ(
      progress.BarLine("users", At(2)),
      "users [####                ]  20 %  2 pages, 2,000 of 10,000 records, 1,000/s  9.0 s left");
  EXPECT_EQ(progress.PlainLine("users", At(2)),
            "users: running, 2 pages, 2,000 of 10,000 records, 1,000/s, 20 %, 9.0 s left");
}

TEST(ProgressTest, SilenceLowersTheRate) {
  Progress progress;
  progress.Apply(Started(1, 0), At(0));
  progress.Apply(Page(2, 2, 2, 0), At(2));
  EXPECT_THAT(progress.BarLine("u", At(2)), HasSubstr("1,000/s"));
  EXPECT_THAT(progress.BarLine("u", At(6)), HasSubstr("333/s"));
}

TEST(ProgressTest, WithoutATotalThereIsNoBar) {
  Progress progress;
  progress.Apply(Page(1, 0, 1, 0), At(0));
  EXPECT_EQ(progress.BarLine("users", At(0)), "users  1 page, 1,000 records");
}

TEST(ProgressTest, SaysWhatItWaitsForUntilTheNextPage) {
  Progress progress;
  v1::WatchRunResponse waiting = Event(1, 0);
  auto* wait = waiting.mutable_event()->mutable_waiting()->mutable_wait();
  wait->set_reason("VENDOR_THROTTLED");
  wait->set_message("429");
  *wait->mutable_until_time() = google::protobuf::util::TimeUtil::SecondsToTimestamp(1'700'000'030);
  progress.Apply(waiting, At(0));
  EXPECT_THAT(progress.BarLine("u", At(10)), HasSubstr("waits: VENDOR_THROTTLED, 20 s left (429)"));
  progress.Apply(Page(2, 30, 1, 0), At(30));
  EXPECT_THAT(progress.BarLine("u", At(30)), ::testing::Not(HasSubstr("waits")));
}

TEST(ProgressTest, CountsNothingTwice) {
  Progress progress;
  progress.Apply(Page(2, 1, 2, 0), At(1));
  progress.Apply(Page(1, 0, 1, 0), At(1));
  EXPECT_EQ(progress.run().counters().pages(), 2);
  EXPECT_EQ(progress.sequence(), 2);
}

TEST(ProgressTest, ReplayedEventsNeverReviveAnEndedRun) {
  Progress progress;
  v1::WatchRunResponse snapshot;
  snapshot.mutable_snapshot()->mutable_run()->set_state(v1::Run::STATE_SUCCEEDED);
  snapshot.mutable_snapshot()->mutable_run()->mutable_counters()->set_pages(9);
  progress.Apply(snapshot, At(0));
  progress.Apply(Started(1, 0), At(0));
  progress.Apply(Page(2, 1, 1, 0), At(0));
  EXPECT_TRUE(progress.ended());
  EXPECT_EQ(progress.run().counters().pages(), 9);
}

TEST(ProgressTest, SumsUp) {
  Progress progress;
  progress.Apply(Started(1, 0), At(0));
  progress.Apply(Ended(2, 4, v1::Run::STATE_SUCCEEDED), At(4));
  EXPECT_EQ(progress.Summary("users/7"),
            "users/7: succeeded in 4.0 s (500 records/s)\n"
            "  2 pages, 2,000 records: 2,000 created, 0 updated, 0 unchanged, 0 rejected\n");
}

TEST(ProgressTest, NamesWhoWasRefused) {
  Progress progress;
  progress.Apply(Started(1, 0), At(0));
  v1::WatchRunResponse refused = Page(2, 1, 1, 0);
  v1::IdentityRefusal& refusal =
      *refused.mutable_event()->mutable_page_committed()->mutable_refusal();
  refusal.set_identity("arn:aws:iam::111111111111:role/a");
  refusal.mutable_error()->set_reason("SIGN_IN_FAILED");
  refusal.mutable_error()->set_message("AccessDenied");
  progress.Apply(refused, At(1));
  progress.Apply(refused, At(1));  // delivered again
  v1::WatchRunResponse end = Ended(3, 4, v1::Run::STATE_SUCCEEDED);
  end.mutable_event()->mutable_ended()->set_verdict(v1::Run::VERDICT_PARTIAL);
  progress.Apply(end, At(4));
  EXPECT_EQ(progress.Summary("users/7"),
            "users/7: succeeded in 4.0 s (500 records/s)\n"
            "  2 pages, 2,000 records: 2,000 created, 0 updated, 0 unchanged, 0 rejected\n"
            "  partial: not everything was seen; nothing counts as missing\n"
            "  refused: arn:aws:iam::111111111111:role/a: AccessDenied [SIGN_IN_FAILED]\n");
}

TEST(ProgressTest, SaysHowItPagedAndWhatTheVendorLeftOut) {
  Progress progress;
  progress.Apply(Started(1, 0), At(0));
  v1::WatchRunResponse page = Page(2, 1, 1, 0);
  v1::PageCommitted& committed = *page.mutable_event()->mutable_page_committed();
  committed.set_page_number(1);
  committed.set_paging("links.next names a next page.");
  committed.mutable_doubt()->set_reason("LIST_INCOMPLETE");
  committed.mutable_doubt()->set_message("The vendor declares 9 records.");
  progress.Apply(page, At(1));
  v1::WatchRunResponse end = Ended(3, 4, v1::Run::STATE_SUCCEEDED);
  end.mutable_event()->mutable_ended()->set_verdict(v1::Run::VERDICT_PARTIAL);
  progress.Apply(end, At(4));
  EXPECT_THAT(progress.Summary("users/7"),
              testing::EndsWith("  partial: not everything was seen; nothing counts as missing\n"
                                "  paging: links.next names a next page.\n"
                                "  incomplete at page 1: The vendor declares 9 records. "
                                "[LIST_INCOMPLETE]\n"));
}

TEST(ProgressViewTest, RedrawsTheBarAtMostTenTimesASecond) {
  std::ostringstream out;
  ProgressView view(out, "u", true, 30);
  Progress progress;
  for (int i = 0; i < 20; ++i) {
    view.Show(progress, At(0) + std::chrono::milliseconds(50 * i));
  }
  const std::string text = out.str();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\r'), 10);
  EXPECT_EQ(text.find('\n'), std::string::npos);
}

TEST(ProgressViewTest, PipedLinesCarryNoEscapes) {
  std::ostringstream out;
  ProgressView view(out, "u", false, 80);
  Progress progress;
  for (int i = 0; i < 30; ++i) {
    progress.Apply(Page(i + 1, i, i + 1, 0), At(0) + std::chrono::milliseconds(100 * i));
    view.Show(progress, At(0) + std::chrono::milliseconds(100 * i));
  }
  const std::string text = out.str();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3);
  EXPECT_EQ(text.find('\r'), std::string::npos);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace syncline::cli
