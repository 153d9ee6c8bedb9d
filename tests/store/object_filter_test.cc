#include "store/object_filter.h"

#include <gtest/gtest.h>

#include "base/status.h"

namespace syncline::store {
namespace {

using Terms = std::vector<FilterTerm>;

TEST(ParseFilterTest, EmptyHasNoTerms) {
  EXPECT_EQ(*ParseFilter(""), Terms{});
  EXPECT_EQ(*ParseFilter("  "), Terms{});
}

TEST(ParseFilterTest, ReadsWordsAndQuotedStrings) {
  EXPECT_EQ(
      *ParseFilter(R"(status = "in \"use\" \\ AND x = 1" AND memory_bytes=-16 AND ok = true)"),
      (Terms{{"status", R"(in "use" \ AND x = 1)"}, {"memory_bytes", "-16"}, {"ok", "true"}}));
  EXPECT_EQ(*ParseFilter("seen=2026-11-23T10:00:00+01:00"),
            (Terms{{"seen", "2026-11-23T10:00:00+01:00"}}));
  EXPECT_EQ(*ParseFilter(R"(name = "")"), (Terms{{"name", ""}}));
}

struct BadFilter {
  const char* why;
  const char* text;
  const char* says;
};

class BadFilterTest : public testing::TestWithParam<BadFilter> {};

TEST_P(BadFilterTest, SaysWhatWasExpectedAndWhere) {
  const absl::Status status = ParseFilter(GetParam().text).status();
  ASSERT_EQ(base::FieldViolationsOf(status).size(), 1U) << status;
  EXPECT_EQ(base::FieldViolationsOf(status)[0].field, "filter");
  EXPECT_NE(base::MessageOf(status).find(GetParam().says), std::string::npos) << status;
}

INSTANTIATE_TEST_SUITE_P(
    Filters, BadFilterTest,
    testing::Values(BadFilter{"NoOperator", "status", "\"=\""},
                    BadFilter{"OtherOperator", "a > 1", "\"=\""},
                    BadFilter{"NoValue", "a =", "a value at character 4"},
                    BadFilter{"OpenQuote", "a = \"x", "closing double quote"},
                    BadFilter{"OrIsNotOffered", "a = 1 OR b = 2", "AND or the end at character 7"},
                    BadFilter{"TrailingAnd", "a = 1 AND ", "a comparison after AND"},
                    BadFilter{"Injection", "a = 1; DROP TABLE x", "AND or the end"}),
    [](const auto& row) { return row.param.why; });

TEST(ParseFilterTest, NumberOfTermsIsBounded) {
  std::string text = "a = 1";
  for (std::size_t i = 1; i < kFilterTermsMax; ++i) text += " AND a = 1";
  EXPECT_EQ(ParseFilter(text)->size(), kFilterTermsMax);
  EXPECT_FALSE(ParseFilter(text + " AND a = 1").ok());
  EXPECT_FALSE(ParseFilter("a = " + std::string(kFilterBytesMax, 'x')).ok());
}

}  // namespace
}  // namespace syncline::store
