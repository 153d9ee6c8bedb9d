#include "api/update_mask.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <sstream>

#include "base/status.h"
#include "syncline/v1/credential.pb.h"
#include "syncline/v1/integration.pb.h"

namespace syncline::api {
namespace {

using google::protobuf::FieldMask;
using google::protobuf::TextFormat;
using google::protobuf::util::MessageDifferencer;

const UpdateRules kRules{.ignored = {"name", "update_time", "etag"}, .immutable = {"object_type"}};

FieldMask MaskOf(const std::string& paths) {
  FieldMask mask;
  std::istringstream stream(paths);
  for (std::string path; stream >> path;) mask.add_paths(path);
  return mask;
}

template <typename Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

constexpr const char* kStored = R"(
  name: "n" display_name: "old" object_type: "user" records: "data"
  request { url: "https://a" query { key: "q" value: "1" } }
  pagination { limit_offset { limit: 100 } } vars { key: "a" value: "1" } etag: "r1")";

struct Case {
  const char* name;
  const char* mask;
  const char* update;
  const char* expected;
};

class UpdateMaskCase : public ::testing::TestWithParam<Case> {};

TEST_P(UpdateMaskCase, Applies) {
  const Case& c = GetParam();
  auto stored = Parse<v1::Integration>(kStored);
  const absl::Status status = ApplyUpdateMask(MaskOf(c.mask), Parse<v1::Integration>(c.update),
                                              kRules, "integration", &stored);
  ASSERT_TRUE(status.ok()) << status;
  const auto expected = Parse<v1::Integration>(c.expected);
  EXPECT_TRUE(MessageDifferencer::Equals(stored, expected)) << stored.DebugString();
}

INSTANTIATE_TEST_SUITE_P(
    UpdateMaskTest, UpdateMaskCase,
    ::testing::Values(
        Case{"AbsentMaskWritesWhatIsPopulated", "", R"(display_name: "new" etag: "r9")",
             R"(name: "n" display_name: "new" object_type: "user" records: "data"
                request { url: "https://a" query { key: "q" value: "1" } }
                pagination { limit_offset { limit: 100 } } vars { key: "a" value: "1" }
                etag: "r1")"},
        Case{"StarReplacesAllButOutputOnly", "*",
             R"(name: "x" object_type: "user" request { url: "https://b" })",
             R"(name: "n" object_type: "user" request { url: "https://b" } etag: "r1")"},
        Case{"NamedAndUnsetClears", "display_name records", R"(display_name: "new")",
             R"(name: "n" display_name: "new" object_type: "user"
                request { url: "https://a" query { key: "q" value: "1" } }
                pagination { limit_offset { limit: 100 } } vars { key: "a" value: "1" }
                etag: "r1")"},
        Case{"NestedLeafLeavesItsSiblings", "request.url",
             R"(request { url: "https://b" query { key: "z" value: "9" } })",
             R"(name: "n" display_name: "old" object_type: "user" records: "data"
                request { url: "https://b" query { key: "q" value: "1" } }
                pagination { limit_offset { limit: 100 } } vars { key: "a" value: "1" }
                etag: "r1")"},
        Case{"MapAsAWhole", "vars request.query", R"(vars { key: "b" value: "2" })",
             R"(name: "n" display_name: "old" object_type: "user" records: "data"
                request { url: "https://a" } pagination { limit_offset { limit: 100 } }
                vars { key: "b" value: "2" } etag: "r1")"},
        Case{"OtherArmOfAOneof", "pagination", R"(pagination { none {} })",
             R"(name: "n" display_name: "old" object_type: "user" records: "data"
                request { url: "https://a" query { key: "q" value: "1" } }
                pagination { none {} } vars { key: "a" value: "1" } etag: "r1")"},
        Case{"ClearingALeafOfAnAbsentArmKeepsTheOther", "pagination.cursor.limit", "",
             R"(name: "n" display_name: "old" object_type: "user" records: "data"
                request { url: "https://a" query { key: "q" value: "1" } }
                pagination { limit_offset { limit: 100 } } vars { key: "a" value: "1" }
                etag: "r1")"},
        Case{"SameValueOfAnImmutableField", "object_type", R"(object_type: "user")", kStored},
        Case{"OutputOnlyPathIsIgnored", "update_time name etag", R"(name: "x" etag: "r9")",
             kStored}),
    [](const auto& tested) { return tested.param.name; });

TEST(UpdateMaskTest, UnknownPathsAndImmutableFieldsAreNamedTogether) {
  auto stored = Parse<v1::Integration>(kStored);
  const absl::Status status =
      ApplyUpdateMask(MaskOf("display_name nope request.nope vars.a object_type"),
                      Parse<v1::Integration>(R"(object_type: "asset" display_name: "new")"), kRules,
                      "integration", &stored);
  ASSERT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  const auto violations = base::FieldViolationsOf(status);
  ASSERT_EQ(violations.size(), 4u);
  EXPECT_THAT(violations[0].description, ::testing::HasSubstr("\"nope\""));
  EXPECT_THAT(violations[1].description, ::testing::HasSubstr("\"request.nope\""));
  EXPECT_THAT(violations[2].description, ::testing::HasSubstr("\"vars.a\""));
  EXPECT_EQ(violations[3].field, "integration.objectType");
  EXPECT_TRUE(MessageDifferencer::Equals(stored, Parse<v1::Integration>(kStored)));
}

TEST(UpdateMaskTest, StarIsNoPathBesideOthers) {
  auto stored = Parse<v1::Integration>(kStored);
  EXPECT_FALSE(
      ApplyUpdateMask(MaskOf("* records"), v1::Integration(), kRules, "integration", &stored).ok());
}

TEST(UpdateMaskTest, StarSwitchesTheKindOfACredential) {
  auto stored = Parse<v1::Credential>(R"(basic { username: "u" } allowed_hosts: "a")");
  const auto update = Parse<v1::Credential>(R"(none {})");
  ASSERT_TRUE(ApplyUpdateMask(MaskOf("*"), update, {}, "credential", &stored).ok());
  EXPECT_TRUE(MessageDifferencer::Equals(stored, update)) << stored.DebugString();
}

}  // namespace
}  // namespace syncline::api
