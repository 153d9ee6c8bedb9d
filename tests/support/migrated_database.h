#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "store/database.h"
#include "store/migrator.h"
#include "tests/support/test_database.h"

namespace syncline::test {

// A database of its own with Syncline's schema and the workspace `default`, and a pool on it. Only
// for tests of folders that may use `store`.
class MigratedDatabase {
 public:
  MigratedDatabase()
      : server_("migrated_template",
                [](const std::string& url) {
                  const absl::Status status = store::Migrator(url).Run();
                  ASSERT_TRUE(status.ok()) << status;
                }),
        database_({.url = server_.url()}, clock_, random_) {}

  store::Database& database() { return database_; }
  const std::string& url() const { return server_.url(); }
  const base::Clock& clock() const { return clock_; }
  base::Random& random() { return random_; }
  // See TestDatabase::Query.
  std::string Query(const std::string& sql) const { return server_.Query(sql); }
  std::string Dump() const { return server_.Dump(); }

 private:
  base::SystemClock clock_;
  base::SeededRandom random_{1};
  TestDatabase server_;
  store::Database database_;  // closes its sessions before the database is dropped
};

// A fixture with one; skips, saying why, where PostgreSQL is absent.
class MigratedDatabaseTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!TestDatabase::Available()) GTEST_SKIP() << TestDatabase::kUnavailable;
    migrated_.emplace();
  }
  store::Database& database() { return migrated_->database(); }

  std::optional<MigratedDatabase> migrated_;
};

}  // namespace syncline::test
