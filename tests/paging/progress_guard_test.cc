#include "paging/progress_guard.h"

#include <gtest/gtest.h>

#include "tests/paging/walk_fixture.h"

namespace syncline::paging {
namespace {

base::Hash128 HashOf(int value) { return base::HashBytes(std::to_string(value)); }

// Every cycle is found, soon, and nothing that is none.
TEST(CycleDetector, FindsEveryPeriodAfterEveryTail) {
  for (int tail = 0; tail < 20; ++tail) {
    for (int period = 1; period < 20; ++period) {
      CycleDetector detector;
      int at = 0;
      std::int64_t found = 0;
      while (found == 0) {
        const int value = at < tail ? at : tail + (at - tail) % period;
        found = detector.Observe(++at, HashOf(value));
        ASSERT_LE(at, tail + period + 1) << tail << "+" << period;
      }
      EXPECT_EQ(at, tail + period + 1) << "at the first that comes again";
      EXPECT_EQ(found, at - period) << "after a tail of " << tail;
    }
  }
}

// Also one that is longer than what it remembers, and one that began before a resume.
TEST(CycleDetector, FindsLongCyclesAfterAFewRounds) {
  for (const bool resumes : {false, true}) {
    for (const int period : {5, 300, 1000}) {
      CycleDetector detector;
      std::int64_t found = 0;
      int at = 0;
      while (found == 0) {
        if (resumes) {
          std::string text;
          detector.AppendJson(&text);
          ASSERT_TRUE(detector.Read((*json::Document::Parse(text))->root()));
        }
        found = detector.Observe(at + 1, HashOf(at % period));
        ++at;
        ASSERT_LE(at, 4 * period + 4);
      }
      EXPECT_EQ(at - found, period) << resumes;
    }
  }
}

TEST(CycleDetector, AcceptsALongWalk) {
  CycleDetector detector;
  for (int i = 0; i < 20'000; ++i) ASSERT_EQ(detector.Observe(i + 1, HashOf(i)), 0);
}

void ExpectLoop(const absl::StatusOr<bool>& outcome, const char* repeats, const char* page,
                const char* period) {
  ASSERT_EQ(base::ReasonOf(outcome.status()), base::Reason::kPaginationLoop);
  const base::ErrorMetadata metadata = base::MetadataOf(outcome.status());
  EXPECT_EQ(metadata.at("repeats"), repeats);
  EXPECT_EQ(metadata.at("page"), page);
  EXPECT_EQ(metadata.at("period"), period);
  EXPECT_EQ(std::stoi(metadata.at("equals")), std::stoi(page) - std::stoi(period));
}

TEST(ProgressGuard, NamesARepeatedPageWhateverSurroundsIt) {
  Walk walk = MakeWalk("limit_page { limit: 2 }");
  ASSERT_TRUE(*Feed(&walk, Page(0, 2, "\"request_id\":1")));
  const auto loop = Feed(&walk, Page(0, 2, "\"request_id\":2"));
  ExpectLoop(loop, "page", "2", "1");
  EXPECT_EQ(base::MessageOf(loop.status()),
            "Page 2 equals page 1: the vendor goes in a circle, or ignores the paging parameters.");
}

// Page numbers are told right although empty pages are not compared.
TEST(ProgressGuard, CountsEmptyPagesWhenItNamesPages) {
  Walk walk = MakeWalk("cursor { next_url: 'response.next' }");
  ASSERT_TRUE(*Feed(&walk, Page(0, 2, "\"next\":\"/1\"")));
  ASSERT_TRUE(*Feed(&walk, Page(0, 0, "\"next\":\"/2\"")));
  ASSERT_TRUE(*Feed(&walk, Page(5, 2, "\"next\":\"/3\"")));
  ExpectLoop(Feed(&walk, Page(0, 2, "\"next\":\"/4\"")), "page", "4", "3");
}

// A token that sticks with a session is no loop under rules: only pages tell.
TEST(ProgressGuard, RulesMayAddTheSameTokenAgain) {
  Walk walk =
      MakeWalk("advanced { rules { add { query { key: 's' value: 'response.scroll' } } } }");
  for (int page = 0; page < 5; ++page) {
    ASSERT_TRUE(*Feed(&walk, Page(10 * page, 2, "\"scroll\":\"same\"")));
  }
  ExpectLoop(Feed(&walk, Page(20, 2, "\"scroll\":\"same\"")), "page", "6", "3");
}

TEST(ProgressGuard, NamesARepeatedLastPage) {
  Walk walk = MakeWalk("limit_page { limit: 2 page_count: 'response.pages' }");
  ASSERT_TRUE(*Feed(&walk, Page(0, 2, "\"pages\":2")));
  ExpectLoop(Feed(&walk, Page(0, 2, "\"pages\":2")), "page", "2", "1");
}

TEST(ProgressGuard, NamesARepeatedToken) {
  Walk walk = MakeWalk("cursor { token { from: 'response.next' query_parameter: 'a' } }");
  ASSERT_TRUE(*Feed(&walk, Page(0, 2, "\"next\":\"x\"")));
  ExpectLoop(Feed(&walk, Page(2, 2, "\"next\":\"x\"")), "cursor", "2", "1");
}

TEST(ProgressGuard, NamesACycleOfLinks) {
  Walk walk = MakeWalk("cursor { next_url: 'response.next' }");
  absl::StatusOr<bool> more = true;
  int page = 0;
  while (more.ok() && page < 50) {
    more = Feed(&walk, Page(10 * page, 2, "\"next\":\"/" + std::to_string(page % 3) + "\""));
    ++page;
  }
  ExpectLoop(more, "cursor", std::to_string(page).c_str(), "3");
  EXPECT_EQ(page, 4) << "at the first link that comes again";
}

TEST(ProgressGuard, BoundsEmptyPagesUnderACursor) {
  Walk walk = MakeWalk("cursor { next_url: 'response.next' }");
  for (int page = 0; page < 3; ++page) {
    ASSERT_TRUE(*Feed(&walk, Page(0, 0, "\"next\":\"/" + std::to_string(page) + "\"")));
  }
  ExpectLoop(Feed(&walk, Page(0, 0, "\"next\":\"/3\"")), "empty pages", "4", "1");
}

TEST(ProgressGuard, AnEmptyPageMayBeTheLast) {
  Walk walk = MakeWalk("cursor { next_url: 'response.next' }");
  for (int page = 0; page < 3; ++page) {
    ASSERT_TRUE(*Feed(&walk, Page(0, 0, "\"next\":\"/" + std::to_string(page) + "\"")));
  }
  EXPECT_FALSE(*Feed(&walk, Page(0, 0)));
}

TEST(ProgressGuard, SeesADifferenceInSampledRecordsAndInTheirNumber) {
  Walk walk = MakeWalk("limit_offset { limit: 1 stop_on_short_page: false }");
  ASSERT_TRUE(*Feed(&walk, Page(0, 1000)));
  ASSERT_TRUE(*Feed(&walk, Page(0, 999)));
  ASSERT_TRUE(*Feed(&walk, Page(1, 999)));
  EXPECT_FALSE(Feed(&walk, Page(1, 999)).ok());
}

}  // namespace
}  // namespace syncline::paging
