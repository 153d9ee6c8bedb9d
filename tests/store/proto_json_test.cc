#include "store/proto_json.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>

#include <limits>

#include "base/status.h"
#include "syncline/v1/integration.pb.h"
#include "syncline/v1/mapping.pb.h"

namespace syncline::store {
namespace {

using google::protobuf::util::MessageDifferencer;

TEST(ProtoJsonTest, DefinitionsComeBackExactly) {
  v1::Integration integration;
  integration.mutable_limits()->set_page_count_max(std::numeric_limits<std::int64_t>::max());
  integration.mutable_limits()->mutable_request_timeout()->set_nanos(1);
  integration.mutable_pagination()->mutable_limit_offset()->set_limit_parameter("");
  integration.mutable_pagination()->mutable_limit_offset()->set_stop_on_short_page(false);
  (*integration.mutable_vars())["quote"] = "\"\\\n\x01 Grüße </script> \xf0\x9f\x98\x80";
  auto& fields =
      *integration.mutable_request()->mutable_body()->mutable_struct_value()->mutable_fields();
  fields["null"].set_null_value({});
  fields["large"].set_number_value(9007199254740993.0);
  fields["tenth"].set_number_value(0.1);
  fields["huge"].set_number_value(1.7976931348623157e308);
  fields["empty"].mutable_list_value();
  v1::Integration read;
  ASSERT_TRUE(FromProtoJson(ToProtoJson(integration), &read).ok());
  EXPECT_TRUE(MessageDifferencer::Equals(read, integration)) << read.DebugString();
  EXPECT_TRUE(read.pagination().limit_offset().has_limit_parameter())
      << "set and empty is not absent";
}

TEST(ProtoJsonTest, FieldsOfANewerBuildAreSkipped) {
  v1::Mapping mapping;
  ASSERT_TRUE(
      FromProtoJson(R"({"syncKeys": ["email"], "ofTheFuture": {"a": [1]}})", &mapping).ok());
  EXPECT_EQ(mapping.sync_keys(0), "email");
}

TEST(ProtoJsonTest, OtherTextIsAnErrorWithoutItsContent) {
  for (const char* text :
       {"", "[]", R"({"syncKeys": {"a": "hunter2"}})", R"({"syncKeys": ["hunter2")"}) {
    v1::Mapping mapping;
    const absl::Status status = FromProtoJson(text, &mapping);
    ASSERT_FALSE(status.ok()) << text;
    EXPECT_EQ(base::ReasonOf(status), base::Reason::kInternal);
    EXPECT_THAT(base::MessageOf(status), ::testing::Not(::testing::HasSubstr("hunter2")));
  }
}

TEST(ProtoJsonTest, MessageThatJsonCannotHoldIsNotSavedInParts) {
  v1::Integration integration;
  integration.set_display_name("kept?");
  integration.mutable_limits()->mutable_request_timeout()->set_seconds(
      std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(ToProtoJson(integration), "");
}

}  // namespace
}  // namespace syncline::store
