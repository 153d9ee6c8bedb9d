#include <gmock/gmock.h>

#include <algorithm>

#include "base/status.h"
#include "load/link_reader.h"
#include "load/postgres_page_committer.h"
#include "tests/load/load_tables.h"

namespace syncline::load {
namespace {

using test::LoadTables;

constexpr char kThing[] = R"({"name": "workspaces/default/objectTypes/thing", "fields": [
  {"name": "email", "type": "TYPE_STRING", "unique": true},
  {"name": "name", "type": "TYPE_STRING"}]})";
constexpr char kMapping[] = R"({"sync_keys": ["email"], "version": "1", "fields": {
  "email": {"from": "email"}, "name": {"from": "name"}}})";
constexpr int kPages = 5;
constexpr int kRows = 400;

class LinkReaderTest : public test::MigratedDatabaseTest {
 protected:
  void SetUp() override {
    MigratedDatabaseTest::SetUp();
    if (!migrated_.has_value()) return;
    tables_.emplace(*migrated_, kThing);
    Sync(1);
    auto session = database().OpenConnection(database().options().session);
    ASSERT_TRUE(session.ok()) << session.status();
    connection_ = *std::move(session);
    target_.emplace(MakeLoadTarget({.fence = {run_->run_id, test::kWorker, 1},
                                    .workspace = "default",
                                    .integration_uid = run_->integration_uid,
                                    .object_type = test::FromJson<v1::ObjectType>(kThing)},
                                   run_->mapping));
  }
  // The records of a page; every `changed`-th has another name than all others.
  static std::string Records(int first, int step, int changed) {
    std::string json = "[";
    for (int i = 0; i < kRows; ++i) {
      json += fmt::format(R"({}{{"email": "{}", "name": "{}"}})", i == 0 ? "" : ",",
                          first + i * step, i % changed == 0 ? changed : 0);
    }
    return json + "]";
  }
  void Sync(int changed) {
    run_ = tables_->StartRun("vendor", kMapping);
    const auto committer = tables_->Open(*run_);
    for (int page = 1; page <= kPages; ++page) {
      const auto outcome = committer->Commit(
          LoadTables::Page(*run_, page, Records(page * kRows, 1, changed), page == kPages));
      ASSERT_TRUE(outcome.ok()) << outcome.status();
    }
  }
  struct Read {
    std::size_t links = 0;
    std::size_t scanned = 0;
  };
  // What the reader finds of a page; each link is checked against the table.
  Read ReadPage(const std::string& records) {
    const model::RowBatch rows = LoadTables::Page(*run_, 1, records).rows;
    LinkReader reader(*connection_, *target_, rows);
    const auto links = reader.Read();
    EXPECT_TRUE(links.ok()) << links.status();
    Read read{.scanned = reader.scanned_count()};
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto row = connection_->Execute(
          target_->links,
          store::Parameters().Int64(run_->integration_uid).HashArray({rows.record_keys[i]}));
      EXPECT_TRUE(row.ok()) << row.status();
      const Link& link = links->at(i);
      if (row->empty()) {
        EXPECT_EQ(link.link_id, 0);
        continue;
      }
      ++read.links;
      EXPECT_EQ(link.link_id, row->Int64(0, 1));
      EXPECT_EQ(link.object_id, row->Int64(0, 2));
      EXPECT_EQ(link.row_hash, row->Hash(0, 3));
    }
    return read;
  }

  std::optional<LoadTables> tables_;
  std::optional<LoadTables::Run> run_;
  std::unique_ptr<store::Connection> connection_;
  std::optional<LoadTarget> target_;
};

TEST_F(LinkReaderTest, PageInTheOrderOfTheLastTimeIsScanned) {
  const Read read = ReadPage(Records(2 * kRows, 1, 1));
  EXPECT_EQ(read.links, static_cast<std::size_t>(kRows));
  EXPECT_GE(read.scanned, static_cast<std::size_t>(kRows - 2 * LinkReader::kSample));
}

TEST_F(LinkReaderTest, LinksThatMovedAreFoundByKey) {
  Sync(3);
  Sync(4);
  const Read read = ReadPage(Records(3 * kRows, 1, 4));
  EXPECT_EQ(read.links, static_cast<std::size_t>(kRows));
}

TEST_F(LinkReaderTest, PageThatIsPartlyNewAndScattered) {
  EXPECT_EQ(ReadPage(Records(kPages * kRows + kRows / 2, 1, 1)).links,
            static_cast<std::size_t>(kRows / 2));
  EXPECT_EQ(ReadPage(Records(0, kPages + 1, 1)).links,
            static_cast<std::size_t>(kRows - kRows / (kPages + 1) - 1));
  EXPECT_EQ(ReadPage(Records(100 * kRows, 1, 1)).links, 0U);
}

TEST_F(LinkReaderTest, ShortPageIsReadByKey) {
  const Read read = ReadPage(R"([{"email": "400"}, {"email": "nobody"}])");
  EXPECT_EQ(read.links, 1U);
  EXPECT_EQ(read.scanned, 0U);
}

TEST_F(LinkReaderTest, LinksOfAnotherIntegrationAreNotTaken) {
  Sync(1);
  EXPECT_EQ(ReadPage(Records(kRows, 1, 1)).links, static_cast<std::size_t>(kRows));
  migrated_->Query(
      "UPDATE ws_default.syncline_link SET integration_uid = -1 WHERE link_id % 2 = 0");
  EXPECT_EQ(ReadPage(Records(kRows, 1, 1)).links, static_cast<std::size_t>(kRows / 2));
}

}  // namespace
}  // namespace syncline::load
