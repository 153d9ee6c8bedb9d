#include "expression/named_scope.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "base/status.h"

namespace syncline::expression {
namespace {

constexpr std::array<std::string_view, 2> kNames = {"status", "response"};

TEST(NamedScopeTest, AllowsTheNamesOfThePlace) {
  EXPECT_TRUE(CompileIn(kNames, "status == `200` && response.error").ok());
  EXPECT_TRUE(CompileTemplateIn(kNames, "{{status}}: {{response.error.message}}").ok());
  EXPECT_TRUE(CompileTemplateIn(kNames, "no names").ok());
}

TEST(NamedScopeTest, RefusesOthersAndSaysWhichThereAre) {
  for (const absl::Status& status :
       {CompileIn(kNames, "headers.x").status(),
        CompileTemplateIn(kNames, "{{status}} {{headers}}").status()}) {
    EXPECT_EQ(base::ReasonOf(status), base::Reason::kExpressionInvalid);
    EXPECT_THAT(base::MessageOf(status),
                testing::AllOf(testing::HasSubstr("'headers' is no name here"),
                               testing::HasSubstr("status, response")));
  }
  EXPECT_FALSE(CompileIn(kNames, "status ==").ok());
  EXPECT_FALSE(CompileTemplateIn(kNames, "{{status").ok());
}

TEST(NamedScopeTest, AValueThatLooksLikeANameIsWrittenBetweenBackticks) {
  for (const char* word : {"null", "true", "false"}) {
    const absl::Status status =
        CompileIn(kNames, "if(response.a, response.b, " + std::string(word) + ")").status();
    EXPECT_THAT(base::MessageOf(status), testing::HasSubstr("`" + std::string(word) + "`"));
    EXPECT_TRUE(CompileIn(kNames, "if(response.a, response.b, `" + std::string(word) + "`)").ok());
  }
}

TEST(NamedScopeTest, ANameWithADotHasNoOtherMembers) {
  constexpr std::array<std::string_view, 3> kParents = {"vars", "parents.site", "parents.org"};
  for (const char* text : {"vars.x", "parents.site.id", "parents.org", "parents", "keys(parents)",
                           "parents.*.id", "parents.site[0].x || vars.y"}) {
    EXPECT_TRUE(CompileIn(kParents, text).ok()) << text;
  }
  for (const char* text : {"parents.sites.id", "parent", "vars.x || parents.rack", "site.id"}) {
    EXPECT_FALSE(CompileIn(kParents, text).ok()) << text;
  }
}

}  // namespace
}  // namespace syncline::expression
