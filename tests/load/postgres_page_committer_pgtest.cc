#include <gmock/gmock.h>

#include "base/status.h"
#include "load/postgres_page_committer.h"
#include "tests/load/load_tables.h"

namespace syncline::load {
namespace {

using test::LoadTables;
using testing::HasSubstr;

constexpr char kThing[] = R"({"name": "workspaces/default/objectTypes/thing", "fields": [
  {"name": "email", "type": "TYPE_STRING", "unique": true},
  {"name": "serial", "type": "TYPE_STRING", "unique": true},
  {"name": "badge", "type": "TYPE_INTEGER", "unique": true},
  {"name": "name", "type": "TYPE_STRING"},
  {"name": "score", "type": "TYPE_NUMBER"},
  {"name": "active", "type": "TYPE_BOOLEAN"},
  {"name": "seen", "type": "TYPE_TIMESTAMP"},
  {"name": "born", "type": "TYPE_DATE"},
  {"name": "tags", "type": "TYPE_JSON"}]})";

constexpr char kAllFields[] = R"({"sync_keys": ["email", "serial"], "version": "1", "fields": {
  "email": {"from": "email"}, "serial": {"from": "serial"}, "badge": {"from": "badge"},
  "name": {"from": "name"}, "score": {"from": "score"}, "active": {"from": "active"},
  "seen": {"from": "seen"}, "born": {"from": "born"}, "tags": {"from": "tags"}}})";

class PostgresPageCommitterTest : public test::MigratedDatabaseTest {
 protected:
  void SetUp() override {
    MigratedDatabaseTest::SetUp();
    if (migrated_.has_value()) tables_.emplace(*migrated_, kThing);
  }
  std::string Query(const std::string& sql) { return migrated_->Query(sql); }
  std::string Things(const std::string& columns, const std::string& rest = "") {
    return Query("SELECT string_agg(concat_ws('|', " + columns +
                 "), ' ' ORDER BY object_id) FROM ws_default.thing " + rest);
  }
  // A run of one page.
  model::RunCounters Sync(const std::string& records, const std::string& integration = "vendor",
                          const std::string& mapping = kAllFields) {
    const LoadTables::Run run = tables_->StartRun(integration, mapping);
    run_id_ = run.run_id;
    auto committer = tables_->Open(run);
    const auto page = std::make_shared<const PageCommit>(LoadTables::Page(run, 1, records, true));
    committer->Prepare(page);
    const auto outcome = committer->Commit(*page);
    EXPECT_TRUE(outcome.ok()) << outcome.status();
    return outcome.ok() ? outcome->page : model::RunCounters{};
  }
  std::string Rejects() {
    return Query(
        "SELECT string_agg(concat_ws('|', record_index, reason, field, record), E'\n' ORDER BY "
        "reject_id) FROM ws_default.syncline_reject WHERE run_id = '" +
        run_id_ + "'");
  }

  std::optional<LoadTables> tables_;
  std::string run_id_;
};

TEST_F(PostgresPageCommitterTest, ValuesArriveExactly) {
  Sync(R"([{"email": "5E10", "serial": "00123", "badge": 9223372036854775807, "name": "None",
    "score": 1.10, "active": false, "seen": "1969-12-31T23:59:59.999999Z", "born": "1999-12-31",
    "tags": {"a": [1.10, "ü", null]}},
    {"email": "b", "name": "a\\b\n'\"é😀", "score": "-12345678901234567890.00012345", "active": true,
     "seen": "9999-12-31T23:59:59Z", "born": "0001-01-01", "badge": -9223372036854775808},
    {"email": "c", "score": 1e400, "seen": 1700000000123}, {"email": "d", "score": 0.00},
    {"email": "e", "score": "10000.0001"}, {"email": "f", "score": "-0.0000000100"}])");
  Query("SET timezone = 'UTC'");
  EXPECT_EQ(Things("email, serial, badge, name, score, active, born, tags", "WHERE email = '5E10'"),
            "5E10|00123|9223372036854775807|None|1.10|f|1999-12-31|{\"a\": [1.10, \"ü\", null]}");
  EXPECT_EQ(Things("name, score, active, born, badge", "WHERE email = 'b'"),
            "a\\b\n'\"é😀|-12345678901234567890.00012345|t|0001-01-01|-9223372036854775808");
  EXPECT_EQ(Things("score", "WHERE email = 'c'"), "1" + std::string(400, '0'));
  EXPECT_EQ(Things("score", "WHERE email >= 'd'"), "0.00 10000.0001 -0.0000000100");
  EXPECT_EQ(Things("extract(epoch FROM seen)", "WHERE seen IS NOT NULL AND email <> 'b'"),
            "-0.000001 1700000000.123000");
  EXPECT_EQ(Query("SELECT count(*) FROM ws_default.thing WHERE name IS NULL"), "4");
}

TEST_F(PostgresPageCommitterTest, UnchangedWritesNoRow) {
  const std::string records = R"([{"email": "a", "score": 1.10}, {"email": "b"}])";
  Sync(records);
  const std::string before = Things("xmin, ctid, revision");
  const std::string links =
      Query("SELECT string_agg(xmin::text, ',') FROM ws_default.syncline_link");
  const auto counters = Sync(records);
  EXPECT_EQ(counters.unchanged, 2);
  EXPECT_EQ(counters.missing, 0);
  EXPECT_EQ(Things("xmin, ctid, revision"), before);
  EXPECT_EQ(Query("SELECT string_agg(xmin::text, ',') FROM ws_default.syncline_link"), links);
  EXPECT_EQ(Query("SELECT count(*) FROM ws_default.syncline_seen"), "1")
      << "earlier runs' are gone";
}

TEST_F(PostgresPageCommitterTest, ChangedFieldsAreKeptOrCleared) {
  const std::string mapping = R"({"sync_keys": ["email"], "fields": {"email": {"from": "email"},
    "name": {"from": "name", "when_empty": "WHEN_EMPTY_CLEAR"}, "serial": {"from": "serial"}}})";
  Sync(R"([{"email": "a", "name": "n", "serial": "s"}])", "vendor", mapping);
  const auto counters = Sync(R"([{"email": "a"}])", "vendor", mapping);
  EXPECT_EQ(counters.updated, 1);
  EXPECT_EQ(Things("email, COALESCE(name, '(null)'), serial, revision"), "a|(null)|s|2");
  EXPECT_EQ(Query("SELECT update_time > create_time FROM ws_default.thing"), "t");
}

TEST_F(PostgresPageCommitterTest, EqualObjectsAreNotRewrittenButScalesAre) {
  Sync(R"([{"email": "a", "score": 1.10, "name": "n"}])");
  EXPECT_EQ(Sync(R"([{"email": "a", "score": 1.1, "name": "n"}])").updated, 1);
  EXPECT_EQ(Things("score, revision"), "1.1|2");
  // Another hash, but what differs is empty and empty values are kept.
  EXPECT_EQ(Sync(R"([{"email": "a", "score": 1.1}])").unchanged, 1);
  EXPECT_EQ(Things("score, revision, name"), "1.1|2|n");
  EXPECT_EQ(Sync(R"([{"email": "a", "score": 1.1}])").unchanged, 1);
}

TEST_F(PostgresPageCommitterTest, IntegrationsMergeByDifferentSyncKeys) {
  Sync(R"([{"email": "a", "serial": "S1", "name": "from first"}, {"email": "b", "serial": "S2"}])");
  const std::string other = R"({"sync_keys": ["serial"], "fields": {
    "serial": {"from": "sn"}, "score": {"from": "score"}}})";
  const auto counters =
      Sync(R"([{"sn": "S1", "score": 7}, {"sn": "S3", "score": 8}])", "other", other);
  EXPECT_EQ(counters.updated, 1);
  EXPECT_EQ(counters.created, 1);
  EXPECT_EQ(Things("email, serial, name, score, revision"), "a|S1|from first|7|2 b|S2|1 S3|8|1");
  EXPECT_EQ(Query("SELECT count(*) FROM ws_default.syncline_link"), "4");
  EXPECT_EQ(
      Sync(R"([{"sn": "S1", "score": 7}, {"sn": "S3", "score": 8}])", "other", other).unchanged, 2);
}

TEST_F(PostgresPageCommitterTest, FirstMatchingSyncKeyDecides) {
  Sync(R"([{"email": "a", "serial": "S1"}, {"email": "b", "serial": "S2"}])");
  // email leads to a, serial to b: a it is, and b keeps its serial number.
  const auto counters = Sync(R"([{"email": "a", "serial": "S2", "name": "x"}])", "other");
  EXPECT_EQ(counters.rejected, 1);
  EXPECT_THAT(Rejects(), HasSubstr("0|UNIQUE_VIOLATION|serial|"));
  EXPECT_EQ(Things("email, serial"), "a|S1 b|S2");
  EXPECT_EQ(Sync(R"([{"serial": "S2", "name": "by serial"}])", "third").updated, 1);
  EXPECT_EQ(Things("email, name", "WHERE serial = 'S2'"), "b|by serial");
}

TEST_F(PostgresPageCommitterTest, RecordsOfOnePageThatAreOneObject) {
  const auto counters =
      Sync(R"([{"serial": "S1", "name": "first"}, {"email": "a", "serial": "S1", "score": 5},
    {"email": "z"}])");
  EXPECT_EQ(counters.created, 2);
  EXPECT_EQ(counters.updated, 1);
  EXPECT_EQ(Things("email, serial, name, score", "WHERE serial = 'S1'"), "a|S1|first|5");
  // Both links lead to the one object; both change in one page.
  const auto again =
      Sync(R"([{"serial": "S1", "name": "second"}, {"email": "a", "serial": "S1", "score": 6},
    {"email": "z"}])");
  EXPECT_EQ(again.updated, 2);
  EXPECT_EQ(again.unchanged, 1);
  EXPECT_EQ(Things("name, score, revision", "WHERE serial = 'S1'"), "second|6|3");
}

TEST_F(PostgresPageCommitterTest, UniqueConflictRejectsTheRecordAlone) {
  Sync(R"([{"email": "a", "badge": 1}, {"email": "b", "badge": 2}])");
  const auto counters = Sync(R"([{"email": "c", "badge": 1}, {"email": "d", "badge": 4},
    {"email": "b", "badge": 1, "name": "refused"}, {"email": "a", "badge": 1, "name": "fine"}])");
  EXPECT_EQ(counters, (model::RunCounters{
                          .pages = 1, .records = 4, .created = 1, .updated = 1, .rejected = 2}));
  EXPECT_EQ(Things("email, badge, name"), "a|1|fine b|2 d|4");
  EXPECT_THAT(Rejects(), HasSubstr(R"(0|UNIQUE_VIOLATION|badge|{"email":"c","badge":1})"));
  EXPECT_THAT(Rejects(), HasSubstr(R"(2|UNIQUE_VIOLATION|badge|{"email":"b")"));
  const std::string message = Query(
      "SELECT string_agg(message, ' ') FROM ws_default.syncline_reject WHERE record_index = 0");
  EXPECT_THAT(message, HasSubstr("badge: object " +
                                 Query("SELECT object_id FROM ws_default.thing WHERE badge = 1")));
  // Tried again as long as it does not fit.
  EXPECT_EQ(Sync(R"([{"email": "b", "badge": 1, "name": "refused"}])").rejected, 1);
  EXPECT_EQ(Sync(R"([{"email": "b", "badge": 5, "name": "fits"}])").updated, 1);
}

TEST_F(PostgresPageCommitterTest, ValueThatMovesBetweenObjects) {
  Sync(R"([{"email": "a", "badge": 1}, {"email": "b", "badge": 2}, {"email": "c", "badge": 3}])");
  const auto counters = Sync(
      R"([{"email": "a", "badge": 2}, {"email": "b", "badge": 3}, {"email": "c", "badge": 4}])");
  EXPECT_EQ(counters.updated + counters.rejected, 3);
  EXPECT_GE(counters.updated, 2);
  Sync(R"([{"email": "a", "badge": 2}, {"email": "b", "badge": 3}, {"email": "c", "badge": 4}])");
  EXPECT_EQ(Query("SELECT string_agg(email || badge, ' ' ORDER BY email) FROM ws_default.thing"),
            "a2 b3 c4");
}

TEST_F(PostgresPageCommitterTest, DeletedObjectIsMadeAgain) {
  Sync(R"([{"email": "a", "name": "1"}, {"email": "b"}])");
  Query("DELETE FROM ws_default.thing WHERE email = 'a'");
  const auto counters = Sync(R"([{"email": "a", "name": "2"}, {"email": "b"}])");
  EXPECT_EQ(counters.created, 1);
  EXPECT_EQ(counters.unchanged, 1);
  EXPECT_EQ(Things("email, name"), "b a|2");
  EXPECT_EQ(Query("SELECT count(*) FROM ws_default.syncline_link l JOIN ws_default.thing USING "
                  "(object_id)"),
            "2");
}

TEST_F(PostgresPageCommitterTest, RepeatedRecordOfALaterPage) {
  const LoadTables::Run run = tables_->StartRun("vendor", kAllFields);
  auto committer = tables_->Open(run);
  ASSERT_TRUE(
      committer->Commit(LoadTables::Page(run, 1, R"([{"email": "a"}, {"email": "b"}])")).ok());
  const auto outcome = committer->Commit(
      LoadTables::Page(run, 2, R"([{"email": "a", "name": "x"}, {"email": "c"}, {"email": "b"}])"));
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->page.updated, 1);
  EXPECT_EQ(outcome->page.created, 1);
  EXPECT_EQ(outcome->page.unchanged, 1);
}

TEST_F(PostgresPageCommitterTest, ManyPagesInOneRun) {
  const LoadTables::Run run = tables_->StartRun("vendor", kAllFields);
  auto committer = tables_->Open(run);
  constexpr int kPages = 7;
  constexpr int kRows = 900;  // id blocks are crossed
  for (int page = 1; page <= kPages; ++page) {
    std::string json = "[";
    for (int i = 0; i < kRows; ++i) {
      json += fmt::format("{}{{\"email\": \"{}-{}\"}}", i == 0 ? "" : ",", page, i);
    }
    const auto commit =
        std::make_shared<const PageCommit>(LoadTables::Page(run, page, json + "]", page == kPages));
    committer->Prepare(commit);
    const auto outcome = committer->Commit(*commit);
    ASSERT_TRUE(outcome.ok()) << outcome.status();
    EXPECT_EQ(outcome->page.created, kRows);
  }
  EXPECT_EQ(Query("SELECT count(DISTINCT object_id) FROM ws_default.syncline_link"),
            std::to_string(kPages * kRows));
  EXPECT_EQ(Query("SELECT count(*) FROM ws_default.syncline_seen, unnest(link_ids)"),
            std::to_string(kPages))
      << "a page's links are one range";
}

}  // namespace
}  // namespace syncline::load
