#include "expression/plain_path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace syncline::expression {
namespace {

using Names = std::vector<std::string>;

TEST(PlainPathTest, IsAPathOfNamesOnly) {
  EXPECT_EQ(PlainPath("@"), Names{});
  EXPECT_EQ(PlainPath("data"), Names({"data"}));
  EXPECT_EQ(PlainPath(" data . items "), Names({"data", "items"}));
  EXPECT_EQ(PlainPath(R"(data."the items"."\u0061")"), Names({"data", "the items", "a"}));
}

TEST(PlainPathTest, IsNothingElse) {
  for (const char* text : {"", "data.", ".data", "data items", "data[*]", "data[0]", "*", "@.data",
                           "length(@)", "a || b", "a | b", "'data'", "`1`", "data.*", "\"x"}) {
    EXPECT_EQ(PlainPath(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace syncline::expression
