#include <gmock/gmock.h>

#include "syncline/v1/integration_service.pb.h"
#include "syncline/v1/object_service.pb.h"
#include "syncline/v1/object_type_service.pb.h"
#include "tests/api/api_fixture.h"

namespace syncline::api {
namespace {

using google::protobuf::Empty;
using ::testing::ElementsAre;

constexpr const char* kName = "workspaces/default/objectTypes/ship";
constexpr const char* kCreate = R"(
  parent: "workspaces/default" object_type_id: "ship"
  object_type { fields { name: "imo" type: TYPE_STRING required: true unique: true }
                fields { name: "length" type: TYPE_NUMBER } })";

class ObjectTypeServiceTest : public ApiTest {
 protected:
  absl::StatusOr<v1::ObjectType> Create(const std::string& request = kCreate) {
    return CallText<v1::ObjectType, v1::CreateObjectTypeRequest>(
        "ObjectTypeService/CreateObjectType", request);
  }
  absl::StatusOr<v1::ObjectType> Update(const std::string& object_type) {
    return CallText<v1::ObjectType, v1::UpdateObjectTypeRequest>(
        "ObjectTypeService/UpdateObjectType",
        "object_type { name: \"" + std::string(kName) + "\" " + object_type + "}");
  }
  absl::StatusOr<Empty> Delete(const std::string& name = kName) {
    return CallText<Empty, v1::DeleteObjectTypeRequest>("ObjectTypeService/DeleteObjectType",
                                                        "name: \"" + name + "\"");
  }
  absl::StatusOr<v1::ListObjectsResponse> ListObjects(const std::string& rest) {
    return CallText<v1::ListObjectsResponse, v1::ListObjectsRequest>(
        "ObjectService/ListObjects", "parent: \"" + std::string(kName) + "\" " + rest);
  }
};

TEST_F(ObjectTypeServiceTest, ATypeIsATable) {
  const auto created = Create();
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->table(), R"("ws_default"."ship")");
  EXPECT_EQ(migrated_->Query("SELECT count(imo) FROM ws_default.ship"), "0");
  const auto grown = Update(R"(fields { name: "imo" type: TYPE_STRING required: true unique: true }
      fields { name: "length" type: TYPE_NUMBER description: "in metres" }
      fields { name: "flag" type: TYPE_STRING })");
  ASSERT_TRUE(grown.ok()) << grown.status();
  EXPECT_EQ(migrated_->Query("SELECT count(flag) FROM ws_default.ship"), "0");
  EXPECT_TRUE(Delete().ok());
  EXPECT_EQ(migrated_->Query("SELECT to_regclass('ws_default.ship') IS NULL"), "t");
}

TEST_F(ObjectTypeServiceTest, EveryMistakeIsNamedAtOnce) {
  EXPECT_THAT(
      WrongFields(Create(R"(parent: "workspaces/default" object_type_id: "syncline_x" object_type {
                    fields { name: "Bad" type: TYPE_STRING } fields { name: "revision" }
                    fields { name: "j" type: TYPE_JSON unique: true }
                    fields { name: "j" type: TYPE_DATE } })")
                      .status()),
      ElementsAre("objectTypeId", "objectType.fields[0].name", "objectType.fields[1].name",
                  "objectType.fields[1].type", "objectType.fields[2].unique",
                  "objectType.fields[3].name"));
  EXPECT_THAT(WrongFields(Create(R"(parent: "workspaces/default" object_type_id: "a"
                                    object_type {})")
                              .status()),
              ElementsAre("objectType.fields"));
}

TEST_F(ObjectTypeServiceTest, UpdatesOnlyAdd) {
  ASSERT_TRUE(Create().ok());
  EXPECT_THAT(WrongFields(Update(R"(fields { name: "imo" type: TYPE_INTEGER unique: true }
                                    fields { name: "new" type: TYPE_DATE required: true })")
                              .status()),
              ElementsAre("objectType.fields[0].type", "objectType.fields[0].required",
                          "objectType.fields[1].required", "objectType.fields"));
}

TEST_F(ObjectTypeServiceTest, BuiltInTypesAreListedAndCannotBeChanged) {
  const auto listed = CallText<v1::ListObjectTypesResponse, v1::ListObjectTypesRequest>(
      "ObjectTypeService/ListObjectTypes", R"(parent: "workspaces/default")");
  ASSERT_TRUE(listed.ok()) << listed.status();
  EXPECT_EQ(listed->object_types_size(), 6);
  EXPECT_TRUE(listed->object_types(0).built_in());
  EXPECT_EQ(ReasonText(Delete("workspaces/default/objectTypes/user").status()), "INVALID_ARGUMENT");
  EXPECT_EQ(ReasonText(Create(R"(parent: "workspaces/default" object_type_id: "user"
                object_type { fields { name: "a" type: TYPE_STRING } })")
                           .status()),
            "ALREADY_EXISTS");
}

TEST_F(ObjectTypeServiceTest, DeleteSaysWhichIntegrationWritesIt) {
  ASSERT_TRUE(Create().ok());
  ASSERT_TRUE((CallText<v1::Integration, v1::CreateIntegrationRequest>(
                   "IntegrationService/CreateIntegration",
                   R"(parent: "workspaces/default" integration_id: "fleet"
                      integration { object_type: "ship" request { url: "https://v.example/" } })")
                   .ok()));
  const absl::Status used = Delete().status();
  EXPECT_EQ(ReasonText(used), "IN_USE");
  EXPECT_THAT(base::MetadataOf(used)["used_by"], ::testing::HasSubstr("fleet"));
}

TEST_F(ObjectTypeServiceTest, ObjectsAreReadByPageFilterAndName) {
  ASSERT_TRUE(Create().ok());
  migrated_->Query(
      "INSERT INTO ws_default.ship (object_id, imo, length, revision, create_time, update_time) "
      "SELECT n, 'IMO' || n, n + 0.10, 1, now(), now() FROM generate_series(1, 5) n RETURNING 1");
  auto page = ListObjects("page_size: 3");
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_EQ(page->objects_size(), 3);
  EXPECT_EQ(page->objects(0).fields().at("length").number_value(), "1.10");
  page = ListObjects("page_size: 3 page_token: \"" + page->next_page_token() + "\"");
  ASSERT_EQ(page->objects_size(), 2);
  EXPECT_EQ(page->next_page_token(), "");
  const auto found = ListObjects(R"(filter: "imo = \"IMO4\"")");
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_EQ(found->objects_size(), 1);
  const auto got = CallText<v1::Object, v1::GetObjectRequest>(
      "ObjectService/GetObject", "name: \"" + found->objects(0).name() + "\"");
  EXPECT_EQ(got->fields().at("imo").string_value(), "IMO4");
  EXPECT_THAT(WrongFields(ListObjects(R"(filter: "nope = 1")").status()), ElementsAre("filter"));
}

}  // namespace
}  // namespace syncline::api
