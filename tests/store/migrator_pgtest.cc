#include <gmock/gmock.h>

#include <thread>

#include "base/status.h"
#include "store/migrator.h"
#include "store/workspace_schema.h"
#include "store/workspace_store.h"
#include "tests/support/migrated_database.h"

namespace syncline::store {
namespace {

using base::Reason;

class MigratorTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!test::TestDatabase::Available()) GTEST_SKIP() << test::TestDatabase::kUnavailable;
    server_.emplace();
  }
  std::string Query(const std::string& sql) { return server_->Query(sql); }

  std::optional<test::TestDatabase> server_;
};

constexpr const char* kVersions =
    "SELECT string_agg(version || ' ' || name, ',' ORDER BY version) FROM syncline.schema_version";

TEST_F(MigratorTest, EmptyDatabaseGetsEverythingAndASecondRunNothing) {
  const Migrator migrator(server_->url());
  ASSERT_TRUE(migrator.Run().ok());
  EXPECT_EQ(Query("SELECT schema_name FROM syncline.workspace WHERE workspace_id = 'default'"),
            "ws_default");
  EXPECT_EQ(Query("SELECT to_regclass('ws_default.syncline_link') IS NOT NULL"), "t");
  const std::string applied = Query("SELECT max(apply_time) FROM syncline.schema_version");
  ASSERT_TRUE(migrator.Run().ok());
  EXPECT_EQ(Query("SELECT max(apply_time) FROM syncline.schema_version"), applied);
  EXPECT_EQ(Query("SELECT count(*) FROM syncline.workspace"), "1");
}

TEST_F(MigratorTest, ServersThatStartTogetherAreSafe) {
  std::atomic<int> succeeded = 0;
  {
    std::vector<std::jthread> starts;
    for (int i = 0; i < 6; ++i) {
      starts.emplace_back([&] {
        const absl::Status status = Migrator(server_->url()).Run();
        EXPECT_TRUE(status.ok()) << status;
        succeeded += status.ok() ? 1 : 0;
      });
    }
  }
  EXPECT_EQ(succeeded, 6);
  EXPECT_EQ(Query("SELECT count(*) FROM syncline.schema_version"),
            std::to_string(std::size(kCoreMigrations)));
}

TEST_F(MigratorTest, NewerDatabaseIsRefusedUnchanged) {
  ASSERT_TRUE(Migrator(server_->url()).Run().ok());
  Query("INSERT INTO syncline.schema_version VALUES (9999, 'of the future')");
  const absl::Status core = Migrator(server_->url()).Run();
  EXPECT_EQ(base::ReasonOf(core), Reason::kSchemaTooNew);
  EXPECT_EQ(base::MetadataOf(core)["found"], "9999");
  Query("DELETE FROM syncline.schema_version WHERE version = 9999");
  Query("UPDATE syncline.workspace SET schema_version = 9999");
  EXPECT_EQ(base::ReasonOf(Migrator(server_->url()).Run()), Reason::kSchemaTooNew);
}

TEST_F(MigratorTest, LaterMigrationsReachCoreAndEveryWorkspace) {
  const std::vector<MigrationFile> core(std::begin(kCoreMigrations), std::end(kCoreMigrations));
  const std::vector<MigrationFile> workspace(std::begin(kWorkspaceMigrations),
                                             std::end(kWorkspaceMigrations));
  ASSERT_TRUE(Migrator(server_->url(), core, workspace).Run().ok());

  std::vector<MigrationFile> later_core = core;
  later_core.push_back({1'000, "1000_note", "CREATE TABLE syncline.note (x text)"});
  std::vector<MigrationFile> later_workspace = workspace;
  later_workspace.push_back({1'000, "1000_more", "CREATE TABLE {schema}.syncline_more (x text)"});
  ASSERT_TRUE(Migrator(server_->url(), later_core, later_workspace).Run().ok());
  EXPECT_THAT(Query(kVersions), ::testing::EndsWith(",1000 1000_note"));
  EXPECT_EQ(Query("SELECT to_regclass('ws_default.syncline_more') IS NOT NULL"), "t");
  EXPECT_EQ(Query("SELECT schema_version FROM syncline.workspace"), "1000");
}

TEST_F(MigratorTest, FailedMigrationLeavesTheFinishedOnesAndNothingOfItself) {
  std::vector<MigrationFile> core(std::begin(kCoreMigrations), std::end(kCoreMigrations));
  core.push_back({1'000, "1000_good", "CREATE TABLE syncline.good (x text)"});
  core.push_back({1'001, "1001_bad", "CREATE TABLE syncline.half (x text); SELECT 1/0"});
  EXPECT_FALSE(Migrator(server_->url(), core, kWorkspaceMigrations).Run().ok());
  EXPECT_EQ(Query("SELECT max(version) FROM syncline.schema_version"), "1000");
  EXPECT_EQ(Query("SELECT to_regclass('syncline.half') IS NULL"), "t");
  core.back() = {1'001, "1001_good", "CREATE TABLE syncline.half (x text)"};
  EXPECT_TRUE(Migrator(server_->url(), core, kWorkspaceMigrations).Run().ok());
}

using WorkspaceSchemaTest = test::MigratedDatabaseTest;

TEST_F(WorkspaceSchemaTest, WorkspaceGetsItsTablesAndLosesThemWithAllRows) {
  const model::WorkspaceName name{"north-sea"};
  ASSERT_TRUE(database()
                  .RunTransaction([&](Transaction& transaction) {
                    SYNCLINE_RETURN_IF_ERROR(InsertWorkspace(transaction, name, {}).status());
                    return CreateWorkspaceSchema(transaction, name.workspace);
                  })
                  .ok());
  EXPECT_EQ(migrated_->Query("SELECT to_regclass('ws_north_sea.syncline_reject') IS NOT NULL"),
            "t");
  EXPECT_EQ(migrated_->Query("SELECT count(DISTINCT schema_version) FROM syncline.workspace"), "1");
  ASSERT_TRUE(database()
                  .RunTransaction([&](Transaction& transaction) {
                    SYNCLINE_RETURN_IF_ERROR(DropWorkspaceSchema(transaction, name.workspace));
                    return DeleteWorkspace(transaction, name);
                  })
                  .ok());
  EXPECT_EQ(migrated_->Query("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'ws%'"), "1");
}

TEST(ExpandSchemaTest, QuotesAndReplacesEveryPlace) {
  EXPECT_EQ(ExpandSchema("SELECT {schema}.a, {schema}.b", "ws_x"), R"(SELECT "ws_x".a, "ws_x".b)");
  EXPECT_EQ(ExpandSchema("none", "ws_x"), "none");
  EXPECT_EQ(QuoteIdentifier(R"(a"b)"), R"("a""b")");
}

}  // namespace
}  // namespace syncline::store
