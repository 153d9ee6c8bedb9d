#include <gmock/gmock.h>

#include "base/status.h"
#include "load/record_versions.h"
#include "tests/load/load_tables.h"

namespace syncline::load {
namespace {

using test::LoadTables;
using testing::ElementsAre;

constexpr char kThing[] = R"({"name": "workspaces/default/objectTypes/thing", "fields": [
  {"name": "email", "type": "TYPE_STRING", "unique": true},
  {"name": "badge", "type": "TYPE_INTEGER", "unique": true}]})";
constexpr char kMapping[] = R"({"sync_keys": ["email"], "version": "1", "fields": {
  "email": {"from": "email"}, "badge": {"from": "badge"}}})";

constexpr base::Hash128 kAnn{1, 1}, kBob{2, 2}, kCid{3, 3}, kFirst{7, 1}, kSecond{7, 2};

class RecordVersionsTest : public test::MigratedDatabaseTest {
 protected:
  void SetUp() override {
    MigratedDatabaseTest::SetUp();
    if (migrated_.has_value()) tables_.emplace(*migrated_, kThing);
  }
  // A run of one page, whose records are in these versions.
  PageOutcome Sync(const std::string& records, std::vector<RecordVersion> versions,
                   std::vector<std::int64_t> unchanged_links = {}) {
    const LoadTables::Run run = tables_->StartRun("vendor", kMapping);
    integration_uid_ = run.integration_uid;
    PageCommit page = LoadTables::Page(run, 1, records, true);
    page.versions = std::move(versions);
    page.unchanged_links = std::move(unchanged_links);
    page.counters.unchanged = static_cast<std::int64_t>(page.unchanged_links.size());
    page.counters.records += page.counters.unchanged;
    const auto outcome = tables_->Open(run)->Commit(page);
    EXPECT_TRUE(outcome.ok()) << outcome.status();
    return outcome.ok() ? *outcome : PageOutcome{};
  }
  // For each, whether it is known in that version.
  std::vector<bool> Known(const std::vector<base::Hash128>& records,
                          const std::vector<base::Hash128>& versions) {
    const auto links = RecordVersions(migrated_->database(), "default", integration_uid_)
                           .FindUnchanged(records, versions);
    EXPECT_TRUE(links.ok()) << links.status();
    std::vector<bool> known;
    links_ = links.ok() ? *links : std::vector<std::int64_t>();
    for (const std::int64_t link : links_) known.push_back(link != 0);
    return known;
  }

  std::optional<LoadTables> tables_;
  std::int64_t integration_uid_ = 0;
  std::vector<std::int64_t> links_;  // of the newest Known
};

TEST_F(RecordVersionsTest, AreKnownAsTheyWereWritten) {
  Sync(R"([{"email": "ann"}, {"email": "bob"}])", {{0, kAnn, kFirst}, {1, kBob, kFirst}});
  EXPECT_THAT(Known({kAnn, kBob, kCid}, {kFirst, kSecond, kFirst}),
              ElementsAre(true, false, false));
  Sync(R"([{"email": "bob", "badge": 5}])", {{0, kBob, kSecond}});
  EXPECT_THAT(Known({kAnn, kBob}, {kFirst, kSecond}), ElementsAre(true, true));
  EXPECT_THAT(Known({kBob}, {kFirst}), ElementsAre(false));
  EXPECT_THAT(Known({}, {}), ElementsAre());
}

TEST_F(RecordVersionsTest, AreKeptOfRowsThatDidNotChange) {
  Sync(R"([{"email": "ann"}])", {});
  EXPECT_THAT(Known({kAnn}, {kFirst}), ElementsAre(false));
  EXPECT_EQ(Sync(R"([{"email": "ann"}])", {{0, kAnn, kFirst}}).page.unchanged, 1);
  EXPECT_THAT(Known({kAnn}, {kFirst}), ElementsAre(true));
}

TEST_F(RecordVersionsTest, AreNotKeptOfRejects) {
  Sync(R"([{"email": "cid", "badge": 7}])", {});
  const PageOutcome outcome =
      Sync(R"([{"email": "ann", "badge": "x"}, {"email": "bob", "badge": 7}, {"email": "cid"}])",
           {{0, kAnn, kFirst}, {1, kBob, kFirst}, {2, kCid, kFirst}});
  EXPECT_EQ(outcome.page.rejected, 2);
  EXPECT_THAT(Known({kAnn, kBob, kCid}, {kFirst, kFirst, kFirst}), ElementsAre(false, false, true));
}

TEST_F(RecordVersionsTest, OfOneThingToldTwiceTheLaterWordIsKept) {
  Sync(R"([{"email": "ann"}, {"email": "ann"}])", {{0, kAnn, kFirst}, {1, kBob, kFirst}});
  EXPECT_THAT(Known({kAnn, kBob}, {kFirst, kFirst}), ElementsAre(false, true));
}

TEST_F(RecordVersionsTest, AreUnknownWithoutTheirLink) {
  Sync(R"([{"email": "ann"}])", {{0, kAnn, kFirst}});
  migrated_->Query("DELETE FROM ws_default.syncline_link");
  EXPECT_THAT(Known({kAnn}, {kFirst}), ElementsAre(false));
}

// A record that is left out was seen all the same.
TEST_F(RecordVersionsTest, UnchangedRecordsAreNotMissing) {
  Sync(R"([{"email": "ann"}, {"email": "bob"}, {"email": "cid"}])",
       {{0, kAnn, kFirst}, {1, kBob, kFirst}});
  Known({kAnn, kBob}, {kFirst, kFirst});
  const PageOutcome outcome = Sync("[]", {}, links_);
  EXPECT_EQ(outcome.page.missing, 1) << "cid";
  EXPECT_EQ(outcome.page.unchanged, 2);
  EXPECT_EQ(outcome.page.records, 2);
}

TEST_F(RecordVersionsTest, APageOfUnchangedRecordsIsOneStatement) {
  Sync(R"([{"email": "ann"}])", {{0, kAnn, kFirst}});
  Known({kAnn}, {kFirst});
  const LoadTables::Run run = tables_->StartRun("vendor", kMapping);
  PageCommit page = LoadTables::Page(run, 1, "[]");
  page.unchanged_links = links_;
  page.counters.unchanged = page.counters.records = 1;
  const auto committer = tables_->Open(run);
  const auto first = committer->Commit(page);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->total.unchanged, 1);
  const auto last = committer->Commit(LoadTables::Page(run, 2, "[]", true));
  ASSERT_TRUE(last.ok()) << last.status();
  EXPECT_EQ(last->total.missing, 0);
}

}  // namespace
}  // namespace syncline::load
