#include "auth/body_member.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/status.h"

namespace syncline::auth {
namespace {

constexpr const char* kJson = "application/json";
constexpr const char* kForm = "application/x-www-form-urlencoded";

http::Request RequestWith(const char* type, const char* body) {
  http::Request request{.method = http::Method::kPost};
  if (*type != '\0') request.headers.Add("Content-Type", type);
  request.body = body;
  return request;
}

TEST(SetBodyMember, WritesIntoTheShapeThatIsThere) {
  const struct {
    const char* type;
    const char* body;
    const char* path;
    const char* expected;
  } cases[] = {
      {kJson, "{}", "key", R"({"key":"t\"k"})"},
      {kJson, R"({"n":1.10,"m":[1]})", "key", R"({"n":1.10,"m":[1],"key":"t\"k"})"},
      {kJson, R"({"key":{"a":1},"z":2})", "key", R"({"key":"t\"k","z":2})"},
      {kJson, R"({"key":1,"key":2})", "key", R"({"key":"t\"k"})"},
      {kJson, "{}", "auth.v1.key", R"({"auth":{"v1":{"key":"t\"k"}}})"},
      {kJson, R"({"auth":{"user":"me"},"q":[]})", "auth.key",
       R"({"auth":{"user":"me","key":"t\"k"},"q":[]})"},
      {"application/vnd.api+json; charset=utf-8", "{}", "key", R"({"key":"t\"k"})"},
      {"", "{}", "key", R"({"key":"t\"k"})"},
      {kForm, "a=1&key=old", "key", "a=1&key=t%22k"},
      {kForm, "a=1", "auth.key", "a=1&auth.key=t%22k"},
  };
  for (const auto& [type, body, path, expected] : cases) {
    http::Request request = RequestWith(type, body);
    const absl::Status status = SetBodyMember(path, "t\"k", &request);
    EXPECT_TRUE(status.ok()) << base::MessageOf(status);
    EXPECT_EQ(request.body, expected) << body;
  }
}

TEST(SetBodyMember, SaysHowToMakeRoomForTheToken) {
  const struct {
    const char* body;
    const char* path;
    const char* remedy;
  } cases[] = {
      {"", "key", "method POST"},
      {"[1]", "key", "make the integration's request.body one"},
      {"\"text\"", "key", "make the integration's request.body one"},
      {"<a/>", "key", "make the integration's request.body one"},
      {R"({"auth":"x"})", "auth.key", "\"auth\" is no object there"},
  };
  for (const auto& [body, path, remedy] : cases) {
    http::Request request = RequestWith(kJson, body);
    const absl::Status status = SetBodyMember(path, "sentinel", &request);
    EXPECT_EQ(base::ReasonOf(status), base::Reason::kInvalidArgument) << body;
    EXPECT_THAT(base::MessageOf(status), testing::HasSubstr(remedy)) << body;
    EXPECT_THAT(base::MessageOf(status), testing::Not(testing::HasSubstr("sentinel")));
    EXPECT_EQ(request.body, body);
  }
}

}  // namespace
}  // namespace syncline::auth
