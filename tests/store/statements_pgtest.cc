#include <gmock/gmock.h>

#include "base/status.h"
#include "store/sql.h"
#include "store/workspace_schema.h"
#include "tests/support/migrated_database.h"

namespace syncline::store {
namespace {

// The tables that exist only at times; their statements are covered where they are used.
constexpr std::string_view kPlaceholderElsewhere[] = {"{table}", "{columns}"};

// DDL and several statements in one text cannot be prepared.
bool CanBePrepared(std::string_view sql) {
  for (const std::string_view placeholder : kPlaceholderElsewhere) {
    if (sql.find(placeholder) != std::string_view::npos) return false;
  }
  return sql.find("CREATE ") == std::string_view::npos &&
         sql.find("COPY ") == std::string_view::npos;
}

using StatementsTest = test::MigratedDatabaseTest;

TEST_F(StatementsTest, ServerAcceptsEveryStatement) {
  const auto connection = database().OpenConnection({});
  ASSERT_TRUE(connection.ok());
  int count = 0;
  for (const sql::Statement& statement : sql::kAllStatements) {
    if (!CanBePrepared(statement.sql)) continue;
    const absl::Status status =
        (*connection)
            ->ExecuteScript("PREPARE p AS " + ExpandSchema(statement.sql, "ws_default") +
                            "; DEALLOCATE p");
    EXPECT_TRUE(status.ok()) << statement.name << ": " << status;
    ++count;
  }
  EXPECT_GT(count, 20);
}

}  // namespace
}  // namespace syncline::store
