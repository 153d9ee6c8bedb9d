#include "pull/identity_position.h"

#include <gtest/gtest.h>

#include "base/status.h"

namespace syncline::pull {
namespace {

TEST(IdentityPosition, ComesBackWithTheWalkInside) {
  const IdentityPosition position{
      .index = 7, .name = "a \"role\"", .pages_before = 123'456, .refused = 2, .doubted = 1};
  const std::string text = WriteIdentityPosition(position, R"({"index":3,"cursor":"x"})");
  std::string walk;
  const auto back = ReadIdentityPosition(text, &walk);
  ASSERT_TRUE(back.ok()) << base::MessageOf(back.status());
  EXPECT_EQ(*back, position);
  EXPECT_EQ(walk, R"({"index":3,"cursor":"x"})");
}

TEST(IdentityPosition, TextOfSomebodyElseIsRefused) {
  const struct {
    const char* text;
    base::Reason reason;
  } cases[] = {
      {"", base::Reason::kInternal},
      {"{", base::Reason::kInternal},
      {R"({"index":1,"cursor":""})", base::Reason::kSignInFailed},
      {R"({"identity":{},"walk":{}})", base::Reason::kInternal},
      {R"({"identity":{"index":-1,"pages":0,"refused":0,"doubted":0,"name":""},"walk":{}})",
       base::Reason::kInternal},
      {R"({"identity":{"index":1001,"pages":0,"refused":0,"doubted":0,"name":""},"walk":{}})",
       base::Reason::kInternal},
      {R"({"identity":{"index":0,"pages":"0","refused":0,"doubted":0,"name":""},"walk":{}})",
       base::Reason::kInternal},
      {R"({"identity":{"index":0,"pages":0,"refused":0,"doubted":0,"name":5},"walk":{}})",
       base::Reason::kInternal},
  };
  for (const auto& [text, reason] : cases) {
    std::string walk;
    EXPECT_EQ(base::ReasonOf(ReadIdentityPosition(text, &walk).status()), reason) << text;
  }
}

// The database keeps members in an order of its own.
TEST(IdentityPosition, IsKnownWhereverItStands) {
  EXPECT_TRUE(HasIdentityPosition(WriteIdentityPosition({}, R"({"index":3})")));
  EXPECT_TRUE(HasIdentityPosition(R"({"walk": {"index": 3}, "identity": {"name": ""}})"));
  for (const char* walk : {"", "null", R"({"walk":{}})", R"({"index":3,"identity_count":2})"}) {
    EXPECT_FALSE(HasIdentityPosition(walk)) << walk;
  }
}

}  // namespace
}  // namespace syncline::pull
