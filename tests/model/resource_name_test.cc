#include "model/resource_name.h"

#include <gtest/gtest.h>

#include "base/status.h"

namespace syncline::model {
namespace {

template <typename Name>
void ExpectRoundTrip(const std::string& text) {
  const absl::StatusOr<Name> name = Name::Parse(text);
  ASSERT_TRUE(name.ok()) << text << ": " << name.status();
  EXPECT_EQ(name->ToString(), text);
}

TEST(ResourceNameTest, EveryKindParsesAndPrintsBack) {
  ExpectRoundTrip<WorkspaceName>("workspaces/default");
  ExpectRoundTrip<CredentialName>("workspaces/default/credentials/okta");
  ExpectRoundTrip<IntegrationName>("workspaces/w1/integrations/okta-users");
  ExpectRoundTrip<MappingName>("workspaces/w1/integrations/okta-users/mapping");
  ExpectRoundTrip<ScheduleName>("workspaces/w1/integrations/okta-users/schedules/default");
  ExpectRoundTrip<RunName>(
      "workspaces/w1/integrations/okta-users/runs/018bcfe5-6800-7abc-8def-0123456789ab");
  ExpectRoundTrip<ObjectTypeName>("workspaces/w1/objectTypes/rabbit_queue");
  ExpectRoundTrip<ObjectName>("workspaces/w1/objectTypes/asset/objects/42");
}

struct BadName {
  const char* why;
  const char* text;
};

class BadIntegrationNameTest : public testing::TestWithParam<BadName> {};

TEST_P(BadIntegrationNameTest, IsRefused) {
  const absl::Status status = IntegrationName::Parse(GetParam().text).status();
  EXPECT_EQ(base::ReasonOf(status), base::Reason::kInvalidArgument);
  EXPECT_NE(base::MessageOf(status).find("workspaces/{workspace}/integrations/{integration}"),
            std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Names, BadIntegrationNameTest,
                         testing::Values(BadName{"Empty", ""}, BadName{"NoSlash", "workspaces"},
                                         BadName{"TooShort", "workspaces/w1/integrations"},
                                         BadName{"TooLong", "workspaces/w1/integrations/a/b"},
                                         BadName{"TrailingSlash", "workspaces/w1/integrations/a/"},
                                         BadName{"OtherCollection", "workspaces/w1/credentials/a"},
                                         BadName{"UpperCase", "workspaces/w1/integrations/Okta"},
                                         BadName{"EmptyId", "workspaces//integrations/a"},
                                         BadName{"HyphenAtEnd", "workspaces/w1/integrations/a-"},
                                         BadName{"Underscore", "workspaces/w1/integrations/a_b"}),
                         [](const auto& row) { return row.param.why; });

TEST(ResourceIdTest, LengthLimitIsSixtyThree) {
  EXPECT_TRUE(IsResourceId(std::string(63, 'a')));
  EXPECT_FALSE(IsResourceId(std::string(64, 'a')));
}

TEST(ObjectTypeIdTest, KeepsOwnPrefixAndPostgresLimit) {
  EXPECT_TRUE(IsObjectTypeId(std::string(48, 'a')));
  EXPECT_FALSE(IsObjectTypeId(std::string(49, 'a')));
  EXPECT_FALSE(IsObjectTypeId("syncline_link"));
  EXPECT_FALSE(IsObjectTypeId("1st"));
  EXPECT_FALSE(IsObjectTypeId("a-b"));
}

TEST(FieldNameTest, RefusesColumnsOfEveryObject) {
  EXPECT_TRUE(IsFieldName("serial_number"));
  for (const char* taken :
       {"object_id", "revision", "create_time", "update_time", "archive_time"}) {
    EXPECT_FALSE(IsFieldName(taken)) << taken;
  }
  EXPECT_FALSE(IsFieldName("\"; DROP TABLE x"));
}

TEST(ObjectNameTest, ObjectIsADecimalNumber) {
  EXPECT_FALSE(ObjectName::Parse("workspaces/w/objectTypes/asset/objects/0").ok());
  EXPECT_FALSE(ObjectName::Parse("workspaces/w/objectTypes/asset/objects/1x").ok());
  EXPECT_FALSE(
      ObjectName::Parse("workspaces/w/objectTypes/asset/objects/9999999999999999999").ok());
}

}  // namespace
}  // namespace syncline::model
