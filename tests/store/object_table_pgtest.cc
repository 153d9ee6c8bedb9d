#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "base/status.h"
#include "store/built_in_types.h"
#include "store/object_table.h"
#include "tests/support/migrated_database.h"

namespace syncline::store {
namespace {

using testing::HasSubstr;
using v1::Field;

v1::ObjectType Widget() {
  v1::ObjectType type;
  type.set_table(R"("ws_default"."widget")");
  Field* code = type.add_fields();
  code->set_name("code");
  code->set_type(Field::TYPE_STRING);
  code->set_required(true);
  code->set_unique(true);
  Field* size = type.add_fields();
  size->set_name("size");
  size->set_type(Field::TYPE_INTEGER);
  return type;
}

class ObjectTableTest : public test::MigratedDatabaseTest {
 protected:
  absl::Status Ensure(const v1::ObjectType& type) {
    return database().RunTransaction(
        [&](Transaction& transaction) { return EnsureObjectTable(transaction, type); });
  }
};

TEST_F(ObjectTableTest, MakesEveryBuiltInType) {
  for (const auto& [id, definition] : BuiltInTypes()) {
    v1::ObjectType type = definition;
    type.set_table("\"ws_default\".\"" + id + "\"");
    const absl::Status status = Ensure(type);
    EXPECT_TRUE(status.ok()) << id << ": " << status;
    EXPECT_TRUE(Ensure(type).ok()) << id;
  }
}

TEST_F(ObjectTableTest, ColumnsAreTypedAndRequiredOnesNotNull) {
  ASSERT_TRUE(Ensure(Widget()).ok());
  EXPECT_EQ(
      migrated_->Query("SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod) || "
                       "' ' || attnotnull, ', ' ORDER BY attnum) FROM pg_attribute WHERE "
                       "attrelid = 'ws_default.widget'::regclass AND attnum BETWEEN 1 AND 3"),
      "object_id bigint true, code text true, size bigint false");
}

TEST_F(ObjectTableTest, UniqueFieldsAreUniqueAndTheConstraintNamesItsField) {
  ASSERT_TRUE(Ensure(Widget()).ok());
  const absl::Status status = database().RunTransaction([](Transaction& transaction) {
    return transaction.ExecuteScript(
        "INSERT INTO ws_default.widget (object_id, code) VALUES (1, 'a'), (2, 'a')");
  });
  ASSERT_EQ(base::ReasonOf(status), base::Reason::kUniqueViolation) << status;
  EXPECT_EQ(FieldOfUniqueIndex(Widget(), base::MetadataOf(status)["constraint"]), "code");
  EXPECT_EQ(FieldOfUniqueIndex(Widget(), "widget_pkey"), "");
}

TEST_F(ObjectTableTest, ExtendedTypeGetsItsColumnAndIndex) {
  ASSERT_TRUE(Ensure(Widget()).ok());
  v1::ObjectType type = Widget();
  Field* added = type.add_fields();
  added->set_name("serial");
  added->set_type(Field::TYPE_NUMBER);
  added->set_unique(true);
  ASSERT_TRUE(Ensure(type).ok());
  EXPECT_EQ(migrated_->Query("SELECT count(*) FROM pg_indexes WHERE schemaname = 'ws_default' AND "
                             "indexname = '" +
                             UniqueIndexName(type, "serial") + "'"),
            "1");
}

TEST_F(ObjectTableTest, ColumnOfAnotherTypeIsDrift) {
  ASSERT_TRUE(Ensure(Widget()).ok());
  migrated_->Query("ALTER TABLE ws_default.widget ALTER COLUMN size TYPE text");
  const absl::Status status = Ensure(Widget());
  EXPECT_EQ(base::ReasonOf(status), base::Reason::kSchemaDrift);
  EXPECT_THAT(base::MessageOf(status), HasSubstr("column size is text, not bigint"));
}

TEST_F(ObjectTableTest, ConcurrentCallsMakeOneTable) {
  std::vector<absl::Status> statuses(4);
  {
    std::vector<std::jthread> callers;
    for (absl::Status& status : statuses) {
      callers.emplace_back([&] { status = Ensure(Widget()); });
    }
  }
  for (const absl::Status& status : statuses) EXPECT_TRUE(status.ok()) << status;
}

TEST_F(ObjectTableTest, UniqueLookupByAnArrayUsesTheIndex) {
  ASSERT_TRUE(Ensure(Widget()).ok());
  migrated_->Query(
      "INSERT INTO ws_default.widget (object_id, code) SELECT n, 'c' || n FROM "
      "generate_series(1, 20000) n");
  migrated_->Query("ANALYZE ws_default.widget");
  // A generic plan, as a prepared statement gets: the partial index must be provably enough.
  EXPECT_THAT(migrated_->Query(
                  "SET plan_cache_mode = force_generic_plan; PREPARE p(text[]) AS SELECT "
                  "object_id FROM ws_default.widget WHERE code = ANY($1); EXPLAIN (FORMAT JSON) "
                  "EXECUTE p('{c1,c2}')"),
              HasSubstr("syncline_unique_"));
}

}  // namespace
}  // namespace syncline::store
