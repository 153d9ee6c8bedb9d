#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "base/status.h"
#include "load/pages_ahead.h"
#include "load/postgres_page_committer.h"
#include "tests/load/load_tables.h"

namespace syncline::load {
namespace {

using test::LoadTables;

constexpr char kThing[] = R"({"name": "workspaces/default/objectTypes/thing", "fields": [
  {"name": "email", "type": "TYPE_STRING", "unique": true},
  {"name": "badge", "type": "TYPE_INTEGER", "unique": true},
  {"name": "name", "type": "TYPE_STRING"}]})";
constexpr char kMapping[] = R"({"sync_keys": ["email"], "version": "1", "fields": {
  "email": {"from": "email"}, "badge": {"from": "badge"}, "name": {"from": "name"}}})";

class PagesAheadTest : public test::MigratedDatabaseTest {
 protected:
  using PagePointer = std::shared_ptr<const PageCommit>;

  void SetUp() override {
    MigratedDatabaseTest::SetUp();
    if (!migrated_.has_value()) return;
    tables_.emplace(*migrated_, kThing);
    run_ = tables_->StartRun("vendor", kMapping);
    committer_ = tables_->Open(*run_);
  }
  std::string Query(const std::string& sql) { return migrated_->Query(sql); }
  std::string Things() {
    return Query(
        "SELECT string_agg(concat_ws('|', email, badge, name), ' ' ORDER BY email) "
        "FROM ws_default.thing");
  }
  PagePointer Page(std::int64_t number, const std::string& records, bool last = false) {
    return std::make_shared<const PageCommit>(LoadTables::Page(*run_, number, records, last));
  }
  PagePointer Announced(std::int64_t number, const std::string& records, bool last = false) {
    PagePointer page = Page(number, records, last);
    committer_->Prepare(page);
    return page;
  }
  // Transactions whose rows are complete and that wait for their fence.
  std::string CopiedAhead() {
    return Query(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = "
        "'idle in transaction' AND query LIKE 'COPY%syncline_link%'");
  }
  std::string OpenTransactions() {
    return Query(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state <> "
        "'idle' AND backend_type = 'client backend' AND pid <> pg_backend_pid()");
  }
  void AwaitCopied(int count) {
    while (CopiedAhead() != std::to_string(count)) std::this_thread::yield();
  }
  model::RunCounters Committed(const PagePointer& page) {
    const auto outcome = committer_->Commit(*page);
    EXPECT_TRUE(outcome.ok()) << outcome.status();
    return outcome.ok() ? outcome->page : model::RunCounters{};
  }
  base::Reason Failed(const PagePointer& page) {
    const auto outcome = committer_->Commit(*page);
    EXPECT_FALSE(outcome.ok());
    return outcome.ok() ? base::Reason::kInternal : base::ReasonOf(outcome.status());
  }
  // I2, I3: the page numbers of the run's events, which are numbered densely.
  std::string PagesOfEvents() {
    std::string pages;
    std::int64_t sequence = 0;
    for (const model::RunEvent& event : tables_->Events(run_->run_id)) {
      EXPECT_EQ(event.sequence, ++sequence);
      if (const auto* page = std::get_if<model::PageCommitted>(&event.body)) {
        pages += std::to_string(page->page_number) + " ";
      }
    }
    return pages;
  }
  // Nothing was written, and nothing is left behind (I6).
  void ExpectNothingLeft() {
    committer_.reset();
    while (OpenTransactions() != "0") std::this_thread::yield();
    EXPECT_EQ(Query("SELECT count(*) FROM ws_default.thing"), "0");
    EXPECT_EQ(Query("SELECT count(*) FROM ws_default.syncline_link"), "0");
    EXPECT_EQ(PagesOfEvents(), "");
  }

  std::optional<LoadTables> tables_;
  std::optional<LoadTables::Run> run_;
  std::unique_ptr<PostgresPageCommitter> committer_;
};

TEST_F(PagesAheadTest, RowsCopiedAheadAreVisiblePageByPage) {
  const auto first = Announced(1, R"([{"email": "a"}, {"email": "b"}])");
  const auto second = Announced(2, R"([{"email": "c", "badge": 1}])");
  const auto third = Announced(3, R"([{"email": "d"}])", true);
  AwaitCopied(PagesAhead::kSessions);
  EXPECT_EQ(Things(), "");
  EXPECT_EQ(Committed(first).created, 2);
  AwaitCopied(PagesAhead::kSessions);
  EXPECT_EQ(Things(), "a b");
  EXPECT_EQ(Committed(second).created, 1);
  EXPECT_EQ(Things(), "a b c|1");
  EXPECT_EQ(Committed(third).created, 1);
  EXPECT_EQ(Query("SELECT count(DISTINCT object_id) FROM ws_default.syncline_link JOIN "
                  "ws_default.thing USING (object_id)"),
            "4");
  EXPECT_EQ(PagesOfEvents(), "1 2 3 ");
}

TEST_F(PagesAheadTest, PageThatTheDatabaseRefusesTakesTheNextOneBack) {
  Query("ALTER TABLE ws_default.thing ADD CHECK (1 / (length(name) - 3) < 99)");
  const auto first = Announced(1, R"([{"email": "a", "name": "fine"}, {"email": "b", "name":
      "bad"}])");
  const auto second = Announced(2, R"([{"email": "c"}])");
  const auto third = Announced(3, R"([{"email": "d"}, {"email": "a", "name": "again"}])", true);
  AwaitCopied(1);
  const model::RunCounters counters = Committed(first);
  EXPECT_EQ(counters.created, 1);
  EXPECT_EQ(counters.rejected, 1);
  EXPECT_EQ(Things(), "a|fine");
  EXPECT_EQ(Committed(second).created, 1);
  EXPECT_EQ(Committed(third).updated, 1);
  EXPECT_EQ(Things(), "a|again c d");
  EXPECT_EQ(PagesOfEvents(), "1 2 3 ");
}

TEST_F(PagesAheadTest, PagesThatShareAValueFollowEachOther) {
  struct Case {
    const char* name;
    const char* first;
    const char* second;
    model::RunCounters expected;
  };
  for (const Case& row :
       {Case{"sync key",
             R"([{"email": "a", "name": "1"}])",
             R"([{"email": "a", "name": "2"}, {"email": "b"}])",
             {.created = 1, .updated = 1}},
        Case{"equal record", R"([{"email": "c"}])", R"([{"email": "c"}])", {.unchanged = 1}},
        Case{"another unique field",
             R"([{"email": "d", "badge": 7}])",
             R"([{"email": "e", "badge": 7}, {"email": "f"}])",
             {.created = 1, .rejected = 1}}}) {
    run_ = tables_->StartRun("vendor", kMapping);
    Query("TRUNCATE ws_default.thing, ws_default.syncline_link");
    committer_ = tables_->Open(*run_);
    const auto first = Announced(1, row.first);
    const auto second = Announced(2, row.second, true);
    AwaitCopied(1);
    EXPECT_EQ(Committed(first).created, 1) << row.name;
    const model::RunCounters seen = Committed(second);
    EXPECT_EQ(seen.created, row.expected.created) << row.name;
    EXPECT_EQ(seen.updated, row.expected.updated) << row.name;
    EXPECT_EQ(seen.unchanged, row.expected.unchanged) << row.name;
    EXPECT_EQ(seen.rejected, row.expected.rejected) << row.name;
  }
}

TEST_F(PagesAheadTest, LostFenceLeavesNothing) {
  const auto first = Announced(1, R"([{"email": "a"}])");
  Announced(2, R"([{"email": "b"}])");
  AwaitCopied(2);
  Query(fmt::format("UPDATE syncline.run_queue SET owner = '{}', epoch = epoch + 1",
                    test::kOtherWorker));
  EXPECT_EQ(Failed(first), base::Reason::kRunFenced);
  ExpectNothingLeft();
}

TEST_F(PagesAheadTest, CancelLeavesNothing) {
  const auto first = Announced(1, R"([{"email": "a"}])");
  Announced(2, R"([{"email": "b"}])");
  AwaitCopied(2);
  Query("UPDATE syncline.run_queue SET cancel_time = clock_timestamp()");
  EXPECT_EQ(Failed(first), base::Reason::kCancelled);
  ExpectNothingLeft();
}

TEST_F(PagesAheadTest, CommitterThatIsGivenUpLeavesNothing) {
  Announced(1, R"([{"email": "a"}])");
  Announced(2, R"([{"email": "b"}])");
  Announced(3, R"([{"email": "c"}])");
  AwaitCopied(2);
  ExpectNothingLeft();
}

TEST_F(PagesAheadTest, PagesAreWrittenAgainAfterTheirSessionsWereEnded) {
  const auto first = Announced(1, R"([{"email": "a"}])");
  const auto second = Announced(2, R"([{"email": "b"}])");
  const auto third = Announced(3, R"([{"email": "c"}])", true);
  AwaitCopied(2);
  Query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
      "AND pid <> pg_backend_pid()");
  EXPECT_EQ(Committed(first).created, 1);
  EXPECT_EQ(Committed(second).created, 1);
  EXPECT_EQ(Committed(third).created, 1);
  EXPECT_EQ(Things(), "a b c");
  EXPECT_EQ(PagesOfEvents(), "1 2 3 ");
}

TEST_F(PagesAheadTest, PageThatWasNotAnnouncedDropsWhatWasDoneForOthers) {
  Announced(1, R"([{"email": "a"}, {"email": "b"}])");
  Announced(2, R"([{"email": "c"}])");
  AwaitCopied(2);
  EXPECT_EQ(Committed(Page(1, R"([{"email": "b"}, {"email": "c"}])")).created, 2);
  EXPECT_EQ(CopiedAhead(), "0");
  EXPECT_EQ(Committed(Page(2, R"([{"email": "a"}])", true)).created, 1);
  EXPECT_EQ(Things(), "a b c");
}

TEST_F(PagesAheadTest, MorePagesThanArePreparedAreWrittenAllTheSame) {
  std::vector<PagePointer> pages;
  constexpr int kPages = 3 * static_cast<int>(PagesAhead::kPagesMax);
  for (int i = 1; i <= kPages; ++i) {
    pages.push_back(Announced(i, fmt::format(R"([{{"email": "{}"}}])", i), i == kPages));
  }
  for (const PagePointer& page : pages) EXPECT_EQ(Committed(page).created, 1);
  EXPECT_EQ(Query("SELECT count(*) FROM ws_default.thing"), std::to_string(kPages));
}

// Unchanged, changed and new records in turn: what is planned for a page depends on those before.
TEST_F(PagesAheadTest, MixedPagesEndAsIfWrittenOneByOne) {
  constexpr int kPages = 24;
  constexpr int kRows = 40;
  std::map<int, std::string> expected;
  for (int sync = 0; sync < 3; ++sync) {
    run_ = tables_->StartRun("vendor", kMapping);
    committer_ = tables_->Open(*run_);
    std::vector<PagePointer> pages;
    for (int number = 1; number <= kPages; ++number) {
      std::string json = "[";
      for (int i = 0; i < kRows; ++i) {
        // Some keys stand on several pages; later runs know most, change some and add a few.
        const int key = (number * kRows + i) % 700 + (number % 5 == sync ? 1'000 : 0);
        const std::string name = std::to_string(number % 7 == sync ? number + sync : 0);
        expected[key] = name;
        json += fmt::format(R"({}{{"email": "{}", "name": "{}"}})", i == 0 ? "" : ",", key, name);
      }
      pages.push_back(Page(number, json + "]", number == kPages));
    }
    std::atomic<std::size_t> committed = 0;
    const std::jthread announcer([&] {
      for (std::size_t i = 0; i < pages.size(); ++i) {
        while (i > committed + 2) std::this_thread::yield();
        committer_->Prepare(pages[i]);
      }
    });
    for (const PagePointer& page : pages) {
      Committed(page);
      ++committed;
    }
  }
  std::string text;
  for (const auto& [key, name] : expected) text += fmt::format("{}:{} ", key, name);
  EXPECT_EQ(Query("SELECT string_agg(email || ':' || name || ' ', '' ORDER BY email::int) FROM "
                  "ws_default.thing"),
            text);
  EXPECT_EQ(Query("SELECT count(*) FROM ws_default.syncline_link"),
            std::to_string(expected.size()));
}

// Each run holds what the other one's next page waits for; PostgreSQL cannot see the ring.
TEST_F(PagesAheadTest, TwoRunsThatMeetInOppositeOrderBothEnd) {
  constexpr int kPages = 6;
  constexpr int kRows = 50;
  const auto sync = [](const LoadTables::Run& run, PostgresPageCommitter& committer, bool back) {
    std::vector<PagePointer> pages;
    for (int number = 1; number <= kPages; ++number) {
      const int part = back ? kPages - number : number - 1;
      std::string json = "[";
      for (int i = 0; i < kRows; ++i) {
        json += fmt::format(R"({}{{"email": "{}"}})", i == 0 ? "" : ",", part * kRows + i);
      }
      pages.push_back(std::make_shared<const PageCommit>(
          LoadTables::Page(run, number, json + "]", number == kPages)));
    }
    for (std::size_t i = 0; i < pages.size(); ++i) {
      if (i == 0) committer.Prepare(pages[0]);
      if (i + 1 < pages.size()) committer.Prepare(pages[i + 1]);
      const auto outcome = committer.Commit(*pages[i]);
      ASSERT_TRUE(outcome.ok()) << outcome.status();
      EXPECT_EQ(outcome->page.rejected, 0);
    }
  };
  const LoadTables::Run other_run = tables_->StartRun("other", kMapping);
  const auto other = tables_->Open(other_run);
  {
    const std::jthread one([&] { sync(*run_, *committer_, false); });
    const std::jthread two([&] { sync(other_run, *other, true); });
  }
  EXPECT_EQ(Query("SELECT count(*) FROM ws_default.thing"), std::to_string(kPages * kRows));
  EXPECT_EQ(Query("SELECT count(*) FROM ws_default.syncline_link"),
            std::to_string(2 * kPages * kRows));
}

}  // namespace
}  // namespace syncline::load
