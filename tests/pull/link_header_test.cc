#include "pull/link_header.h"

#include <gtest/gtest.h>

namespace syncline::pull {
namespace {

using Links = std::vector<std::pair<std::string, std::string>>;

struct LinkHeaderCase {
  const char* name;
  std::string text;
  Links expected;
};

class LinkHeader : public testing::TestWithParam<LinkHeaderCase> {};

TEST_P(LinkHeader, IsReadAsTheStandardSays) {
  EXPECT_EQ(ParseLinkHeader(GetParam().text), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Table, LinkHeader,
    testing::Values(
        LinkHeaderCase{"Empty", "", {}},
        LinkHeaderCase{"One", R"(<http://a/?p=2>; rel="next")", {{"next", "http://a/?p=2"}}},
        LinkHeaderCase{"Several",
                       R"(<http://a/?p=2>; rel="next", <http://a/?p=9>; rel=last)",
                       {{"next", "http://a/?p=2"}, {"last", "http://a/?p=9"}}},
        LinkHeaderCase{"CommaAndSemicolonInTheTarget",
                       "<http://a/?x=1,2;3>;rel=next",
                       {{"next", "http://a/?x=1,2;3"}}},
        LinkHeaderCase{"OtherParametersAndQuotes",
                       R"(<a>; title="x, \"y\"; rel=no" ; REL = "Next" ; flag, <b>; rel=prev)",
                       {{"next", "a"}, {"prev", "b"}}},
        LinkHeaderCase{
            "SeveralRelations", R"(<a>; rel="start prev")", {{"start", "a"}, {"prev", "a"}}},
        LinkHeaderCase{
            "FirstRelationCounts", R"(<a>; rel=next; rel=prev, <b>; rel=next)", {{"next", "a"}}},
        LinkHeaderCase{"NoRelation", "<a>, <b>; rel=next", {{"next", "b"}}},
        LinkHeaderCase{"EmptyElements", ", ,<a>; rel=next,", {{"next", "a"}}},
        LinkHeaderCase{"Unclosed", "<a>; rel=next, <b", {{"next", "a"}}},
        LinkHeaderCase{"OpenQuote", R"(<a>; rel=next, <b>; rel="prev)", {{"next", "a"}}},
        LinkHeaderCase{"Nonsense", "next page please", {}}),
    [](const auto& test) { return test.param.name; });

TEST(LinkHeaderBound, KeepsTheFirstLinks) {
  std::string text;
  for (int i = 0; i < 500; ++i) text += "<u>; rel=r" + std::to_string(i) + ", ";
  EXPECT_EQ(ParseLinkHeader(text).size(), kLinkCountMax);
}

}  // namespace
}  // namespace syncline::pull
