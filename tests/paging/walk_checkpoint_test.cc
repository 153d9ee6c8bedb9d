#include <gtest/gtest.h>

#include "paging/walk.h"
#include "tests/paging/walk_fixture.h"

namespace syncline::paging {
namespace {

TEST(WalkCheckpoint, ContinuesFromItsCheckpointAsIfItHadNeverStopped) {
  const char* const pagination =
      "cursor { token { from: 'response.next' query_parameter: 'after' } } total: 'response.total'";
  Walk original = MakeWalk(pagination);
  for (int page = 0; page < 5; ++page) {
    ASSERT_TRUE(
        *Feed(&original,
              Page(10 * page, 2, "\"total\":99,\"next\":\"\\\"t" + std::to_string(page) + "\"")));
  }
  Walk resumed = MakeWalk(pagination);
  ASSERT_TRUE(resumed.Restore(original.Checkpoint()).ok());
  EXPECT_EQ(Ask(resumed), "after=\"t4");
  EXPECT_EQ(resumed.page_number(), 6);
  EXPECT_EQ(resumed.records(), 10);
  EXPECT_EQ(resumed.total(), 99);
  EXPECT_EQ(resumed.Checkpoint(), original.Checkpoint());
  // It remembers the page before the stop.
  const auto more = Feed(&resumed, Page(40, 2, "\"next\":\"u\""));
  EXPECT_EQ(base::ReasonOf(more.status()), base::Reason::kPaginationLoop);
}

struct ResumeCase {
  const char* pagination;
  std::vector<std::string> pages;
  const char* ask;
  const char* beside;
};

TEST(WalkCheckpoint, KeepsWhatItMustKnowInItsCheckpoint) {
  const ResumeCase cases[] = {
      {"cursor { next_url: 'response.next' }",
       {Page(0, 1, R"("next":"/2?a=\"b\"")")},
       "http://vendor.example/2?a=\"b\"",
       ""},
      {"cursor { token { from: 'response.next' } }",
       {Page(0, 1, R"("next":17)")},
       "",
       "cursor=#17"},
      {"limit_offset { limit: 1 step: 3 }", {Page(0, 1), Page(1, 1)}, "limit=1&offset=6", ""},
      {"advanced { rules { add { query { key: 'c' value: 'response.next' } "
       "headers { key: 'X-A' value: 'response.next' } "
       "values { key: 'session' value: 'response.session' } } } }",
       {Page(0, 1, R"("next":"n","session":{"id":[1,"x"]})")},
       "c=n",
       R"(X-A=n values={"session":{"id":[1,"x"]}})"},
      {"advanced { rules { add { url: 'response.next' query { key: 'c' value: '`1`' } } } }",
       {Page(0, 1, R"("next":"/2")")},
       "http://vendor.example/2&c=1",
       ""},
      {"automatic {}", {Page(0, 1, R"("next":"/2")")}, "http://vendor.example/2", ""},
      {"automatic {}",
       {Page(0, 1, R"("next":"/2")"), Page(1, 1, R"("next":"/3")")},
       "http://vendor.example/3",
       ""},
  };
  for (const ResumeCase& test : cases) {
    Walk original = MakeWalk(test.pagination);
    for (const std::string& page : test.pages) {
      const auto more = Feed(&original, page);
      ASSERT_TRUE(more.ok()) << base::MessageOf(more.status());
      ASSERT_TRUE(*more) << test.pagination;
    }
    Walk resumed = MakeWalk(test.pagination);
    ASSERT_TRUE(resumed.Restore(original.Checkpoint()).ok()) << original.Checkpoint();
    EXPECT_EQ(Ask(resumed), test.ask);
    EXPECT_EQ(Beside(resumed), test.beside);
    EXPECT_EQ(resumed.Checkpoint(), original.Checkpoint());
  }
}

TEST(WalkCheckpoint, KeepsHowManyPagesTheVendorDeclares) {
  const char* const pagination = "limit_page { limit: 1 page_count: 'response.pages' }";
  Walk original = MakeWalk(pagination);
  ASSERT_TRUE(*Feed(&original, Page(0, 1)));
  const std::string untold = original.Checkpoint();
  EXPECT_EQ(untold.find("page_count"), std::string::npos) << "as checkpoints were before";
  ASSERT_TRUE(*Feed(&original, Page(1, 1, "\"pages\":10")));

  Walk resumed = MakeWalk(pagination);
  ASSERT_TRUE(resumed.Restore(original.Checkpoint()).ok()) << original.Checkpoint();
  EXPECT_EQ(resumed.Checkpoint(), original.Checkpoint());
  ASSERT_FALSE(*Feed(&resumed, Page(2, 0)));
  EXPECT_EQ(base::ReasonOf(resumed.doubt()), base::Reason::kListIncomplete);

  Walk before = MakeWalk(pagination);
  ASSERT_TRUE(before.Restore(untold).ok());
  ASSERT_FALSE(*Feed(&before, Page(2, 0)));
  EXPECT_TRUE(before.doubt().ok());

  std::string foreign = original.Checkpoint();
  foreign.replace(foreign.find(":10"), 3, ":-1");
  EXPECT_EQ(base::ReasonOf(before.Restore(foreign)), base::Reason::kInternal) << foreign;
}

TEST(WalkCheckpoint, RefusesAForeignCheckpoint) {
  Walk walk = MakeWalk("none {}");
  for (const char* text :
       {"", "{}", "[]", "nonsense", R"({"index":1})", R"({"index":-1,"offset":0,"records":0})"}) {
    EXPECT_EQ(base::ReasonOf(walk.Restore(text)), base::Reason::kInternal) << text;
  }
}

}  // namespace
}  // namespace syncline::paging
