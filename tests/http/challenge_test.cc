#include "http/challenge.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace syncline::http {
namespace {

std::string Describe(std::string_view header) {
  std::string text;
  for (const Challenge& challenge : ParseChallenges(header)) {
    text += challenge.scheme + "(";
    for (const auto& [name, value] : challenge.parameters) text += name + "=" + value + ";";
    text += ")";
  }
  return text;
}

struct ChallengeCase {
  const char* name;
  std::string header;
  std::string challenges;
};

class ChallengeTable : public testing::TestWithParam<ChallengeCase> {};

TEST_P(ChallengeTable, IsRead) { EXPECT_EQ(Describe(GetParam().header), GetParam().challenges); }

INSTANTIATE_TEST_SUITE_P(
    Headers, ChallengeTable,
    testing::Values(ChallengeCase{"Empty", "", ""},
                    ChallengeCase{"SchemeAlone", "Negotiate", "negotiate()"},
                    ChallengeCase{
                        "Rfc6750",
                        R"(Bearer realm="example", error="insufficient_scope", scope="a b")",
                        "bearer(error=insufficient_scope;realm=example;scope=a b;)"},
                    ChallengeCase{"Two", R"(Basic realm="x", Bearer error=invalid_token)",
                                  "basic(realm=x;)bearer(error=invalid_token;)"},
                    ChallengeCase{"SpacesAndCase", "BEARER  Scope = \"a\" ,, error=b",
                                  "bearer(error=b;scope=a;)"},
                    ChallengeCase{"EscapedQuote", R"(Bearer realm="a\"b, c", x=1)",
                                  "bearer(realm=a\"b, c;x=1;)"},
                    ChallengeCase{"Unclosed", R"(Bearer realm="a)", "bearer(realm=a;)"},
                    ChallengeCase{"ParameterFirst", "realm=x", ""},
                    ChallengeCase{"Token68", "Negotiate YII=, Basic realm=x",
                                  "negotiate(yii=;)basic(realm=x;)"},
                    ChallengeCase{"Junk", "[](){}?\\\"", ""}),
    [](const auto& test) { return test.param.name; });

TEST(Challenge, IsBounded) {
  std::string schemes, parameters = "Bearer ";
  for (int i = 0; i < 100; ++i) {
    schemes += fmt::format("s{}, ", i);
    parameters += fmt::format("p{}=1, ", i);
  }
  EXPECT_EQ(ParseChallenges(schemes).size(), Challenge::kCountMax);
  EXPECT_EQ(ParseChallenges(parameters).at(0).parameters.size(), Challenge::kCountMax);
}

}  // namespace
}  // namespace syncline::http
