#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/status.h"
#include "store/object_store.h"
#include "store/reject_store.h"
#include "tests/support/migrated_database.h"

namespace syncline::store {
namespace {

using testing::HasSubstr;
using v1::Field;

const model::ObjectTypeName kParent{"default", "widget"};

v1::ObjectType WidgetType() {
  v1::ObjectType type;
  type.set_table(R"("ws_default"."widget")");
  const auto add = [&](const char* name, Field::Type field_type) {
    Field* field = type.add_fields();
    field->set_name(name);
    field->set_type(field_type);
  };
  add("label", Field::TYPE_STRING);
  add("size", Field::TYPE_INTEGER);
  add("price", Field::TYPE_NUMBER);
  add("active", Field::TYPE_BOOLEAN);
  add("seen", Field::TYPE_TIMESTAMP);
  add("bought", Field::TYPE_DATE);
  add("tags", Field::TYPE_JSON);
  return type;
}

class ObjectStoreTest : public test::MigratedDatabaseTest {
 protected:
  void SetUp() override {
    MigratedDatabaseTest::SetUp();
    if (IsSkipped()) return;
    const absl::Status made = database().RunTransaction([](Transaction& transaction) {
      return transaction.ExecuteScript(R"sql(
        CREATE TABLE ws_default.widget (
          object_id bigint PRIMARY KEY, label text UNIQUE, size bigint, price numeric,
          active boolean,
          seen timestamptz, bought date, tags jsonb, revision bigint NOT NULL DEFAULT 1,
          create_time timestamptz NOT NULL DEFAULT now(),
          update_time timestamptz NOT NULL DEFAULT now(),
          archive_time timestamptz);
        INSERT INTO ws_default.widget (object_id, label, size, price, active, seen,
                                       bought, tags) VALUES
          (7, '00123', 9223372036854775807, 9223372036854775808.10, true,
           '2026-11-23 10:00:00.123456+00', '2026-02-28', '["a", 1.10]'),
          (8, 'say "hi"', -1, 0.10, false, NULL, NULL, NULL),
          (9, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
      )sql");
    });
    ASSERT_TRUE(made.ok()) << made;
  }

  absl::StatusOr<std::vector<v1::Object>> List(std::string_view filter, std::int64_t after = 0,
                                               std::int64_t limit = 100) {
    std::vector<v1::Object> objects;
    const absl::Status status = database().RunTransaction([&](Transaction& tx) -> absl::Status {
      SYNCLINE_ASSIGN_OR_RETURN(objects,
                                ListObjects(tx, kParent, WidgetType(), filter, after, limit));
      return absl::OkStatus();
    });
    if (!status.ok()) return status;
    return objects;
  }

  absl::StatusOr<v1::Object> Find(const std::string& id) {
    v1::Object object;
    const absl::Status status = database().RunTransaction([&](Transaction& tx) -> absl::Status {
      SYNCLINE_ASSIGN_OR_RETURN(object, FindObject(tx, {"default", "widget", id}, WidgetType()));
      return absl::OkStatus();
    });
    if (!status.ok()) return status;
    return object;
  }
};

TEST_F(ObjectStoreTest, ValuesComeBackExactly) {
  const absl::StatusOr<v1::Object> object = Find("7");
  ASSERT_TRUE(object.ok()) << object.status();
  EXPECT_EQ(object->name(), "workspaces/default/objectTypes/widget/objects/7");
  const auto& fields = object->fields();
  EXPECT_EQ(fields.at("label").string_value(), "00123");
  EXPECT_EQ(fields.at("size").integer_value(), 9223372036854775807);
  EXPECT_EQ(fields.at("price").number_value(), "9223372036854775808.10");
  EXPECT_TRUE(fields.at("active").boolean_value());
  EXPECT_EQ(fields.at("seen").timestamp_value().nanos(), 123'456'000);
  EXPECT_EQ(fields.at("bought").date_value(), "2026-02-28");
  EXPECT_EQ(fields.at("tags").json_value(), R"(["a", 1.10])");
}

TEST_F(ObjectStoreTest, FieldsWithoutValueAreAbsent) { EXPECT_EQ(Find("9")->fields_size(), 0); }

TEST_F(ObjectStoreTest, UnknownObjectIsNotFound) {
  EXPECT_EQ(base::ReasonOf(Find("10").status()), base::Reason::kNotFound);
}

TEST_F(ObjectStoreTest, ListGoesOnAfterAnId) {
  EXPECT_EQ(List("", 0, 2)->size(), 2U);
  ASSERT_EQ(List("", 8, 2)->size(), 1U);
  EXPECT_THAT(List("", 8, 2)->front().name(), HasSubstr("objects/9"));
}

struct FilterRow {
  const char* filter;
  std::size_t matches;
};

TEST_F(ObjectStoreTest, FilterComparesEveryType) {
  for (const FilterRow& row :
       std::initializer_list<FilterRow>{{R"(label = "00123")", 1},
                                        {R"(label = "123")", 0},
                                        {R"(label = "say \"hi\"")", 1},
                                        {"size = -1", 1},
                                        {"price = 0.1", 1},
                                        {"active = true AND size = 9223372036854775807", 1},
                                        {"active = true AND size = -1", 0},
                                        {"seen = 2026-11-23T11:00:00.123456+01:00", 1},
                                        {"bought = 2026-02-28", 1}}) {
    const auto objects = List(row.filter);
    ASSERT_TRUE(objects.ok()) << row.filter << ": " << objects.status();
    EXPECT_EQ(objects->size(), row.matches) << row.filter;
  }
}

TEST_F(ObjectStoreTest, FilterMistakesAreNamed) {
  EXPECT_THAT(base::MessageOf(List("nope = 1").status()), HasSubstr("no field \"nope\""));
  EXPECT_THAT(base::MessageOf(List("tags = 1").status()), HasSubstr("JSON"));
  EXPECT_EQ(base::ReasonOf(List("size = large").status()), base::Reason::kInvalidArgument);
}

TEST_F(ObjectStoreTest, TypeThatWasNeverUsedHasNoObjects) {
  v1::ObjectType type = WidgetType();
  type.set_table(R"("ws_default"."never_made")");
  const absl::Status status = database().RunTransaction([&](Transaction& tx) -> absl::Status {
    SYNCLINE_ASSIGN_OR_RETURN(const auto objects, ListObjects(tx, kParent, type, "", 0, 10));
    EXPECT_TRUE(objects.empty());
    return FindObject(tx, {"default", "never_made", "1"}, type).status();
  });
  EXPECT_EQ(base::ReasonOf(status), base::Reason::kNotFound);
}

TEST_F(ObjectStoreTest, RejectsAreListedInOrder) {
  const std::string run = "018bcfe5-6800-7abc-8def-0123456789ab";
  const absl::Status status = database().RunTransaction([&](Transaction& tx) -> absl::Status {
    SYNCLINE_RETURN_IF_ERROR(
        tx.ExecuteScript("INSERT INTO ws_default.syncline_reject (run_id, page_number, "
                         "record_index, reason, message, "
                         "field, record, record_truncated, mapping_version) SELECT '" +
                         run +
                         "', 1, n, 'CONVERSION_FAILED', 'm', 'f', '{\"n\":1.10}', false, 3 "
                         "FROM generate_series(0, 4) n"));
    SYNCLINE_ASSIGN_OR_RETURN(const auto first, ListRejects(tx, "default", run, 0, 3));
    EXPECT_EQ(first.size(), 3U);
    EXPECT_EQ(first[0].record(), "{\"n\":1.10}");
    SYNCLINE_ASSIGN_OR_RETURN(const auto rest,
                              ListRejects(tx, "default", run, first[2].reject_id(), 3));
    EXPECT_EQ(rest.size(), 2U);
    EXPECT_EQ(rest[1].record_index(), 4);
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
}

}  // namespace
}  // namespace syncline::store
