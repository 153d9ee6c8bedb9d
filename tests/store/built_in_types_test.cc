#include "store/built_in_types.h"

#include <gmock/gmock.h>

#include <set>

#include "model/resource_name.h"

namespace syncline::store {
namespace {

using ::testing::ElementsAre;

TEST(BuiltInTypesTest, SixTypesWithSoundFields) {
  std::vector<std::string> ids;
  for (const auto& [id, type] : BuiltInTypes()) {
    ids.push_back(id);
    EXPECT_TRUE(model::IsObjectTypeId(id)) << id;
    std::set<std::string> names;
    int unique = 0;
    for (const v1::Field& field : type.fields()) {
      EXPECT_TRUE(model::IsFieldName(field.name())) << id << "." << field.name();
      EXPECT_TRUE(names.insert(field.name()).second) << id << "." << field.name() << " twice";
      EXPECT_NE(field.type(), v1::Field::TYPE_UNSPECIFIED) << id << "." << field.name();
      EXPECT_FALSE(field.unique() && field.type() == v1::Field::TYPE_JSON) << field.name();
      unique += field.unique() ? 1 : 0;
    }
    EXPECT_GE(unique, 1) << id << " has no field that can be a sync key";
  }
  EXPECT_THAT(ids, ElementsAre("asset", "contract", "department", "location", "software", "user"));
  EXPECT_EQ(FindBuiltInType("printer"), nullptr);
}

}  // namespace
}  // namespace syncline::store
