#include "request/query_parameters.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/request/request_fixture.h"

namespace syncline::request {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using QueryParametersTest = RequestTest;

struct Case {
  const char* name;
  const char* parameters;
  const char* query;
};

TEST_F(QueryParametersTest, RendersEveryStyle) {
  const Case cases[] = {
      {"AValue", "parameters { name: 'q' value: 'x {{vars.id}}' }", "q=x%20a%20b"},
      {"OrderAndRepetition",
       "parameters { name: 'z' value: '1' } parameters { name: 'a' value: '2' } "
       "parameters { name: 'z' value: '3' }",
       "z=1&a=2&z=3"},
      {"BehindTheQuery", "query { key: 'z' value: '1' } parameters { name: 'z' value: '2' }",
       "z=1&z=2"},
      {"RepeatedByDefault", "parameters { name: 'id' list: 'vars.ids' }", "id=a%2Cb&id=2&id=true"},
      {"Repeated", "parameters { name: 'id' list: 'vars.ids' list_style: LIST_STYLE_REPEATED }",
       "id=a%2Cb&id=2&id=true"},
      {"Comma", "parameters { name: 'id' list: 'vars.ids' list_style: LIST_STYLE_COMMA }",
       "id=a%2Cb,2,true"},
      {"Space", "parameters { name: 'id' list: 'vars.ids' list_style: LIST_STYLE_SPACE }",
       "id=a%2Cb%202%20true"},
      {"Pipe", "parameters { name: 'id' list: 'vars.ids' list_style: LIST_STYLE_PIPE }",
       "id=a%2Cb%7C2%7Ctrue"},
      {"Brackets", "parameters { name: 'id' list: 'vars.ids' list_style: LIST_STYLE_BRACKETS }",
       "id%5B%5D=a%2Cb&id%5B%5D=2&id%5B%5D=true"},
      {"PlainBrackets",
       "parameters { name: 'id' list: 'vars.ids' list_style: LIST_STYLE_BRACKETS "
       "unescaped: '[]' }",
       "id[]=a%2Cb&id[]=2&id[]=true"},
      {"AnEmptyListSendsNothing", "parameters { name: 'id' list: 'vars.none' }", ""},
      {"GapsAreLeftOut",
       "parameters { name: 'id' list: 'vars.gaps' list_style: LIST_STYLE_COMMA "
       "omit_if_empty: true }",
       "id=1,2"},
      {"Unescaped",
       "parameters { name: 'fields[x]' value: '(id,name):{{vars.id}}&=' unescaped: '(),:[]' }",
       "fields[x]=(id,name):a%20b%26%3D"},
      {"MayBeEmpty", "parameters { name: 'q' value: '{{vars.empty}}' }", "q="},
      {"OmittedWhenEmpty", "parameters { name: 'q' value: '{{vars.empty}}' omit_if_empty: true }",
       ""},
      {"OmittedWhenAPartIsMissing",
       "parameters { name: 'q' value: 'since:{{vars.absent}}' omit_if_empty: true }", ""},
      {"OmittedWhenTheListIsMissing",
       "parameters { name: 'q' list: 'vars.absent' omit_if_empty: true }", ""},
  };
  for (const Case& test : cases) {
    EXPECT_EQ(RenderOrEmpty(test.parameters).url.query, test.query) << test.name;
  }
}

TEST_F(QueryParametersTest, NamesEveryMistake) {
  EXPECT_THAT(
      Mistakes("url: 'http://v/' parameters {} parameters { name: 'a' value: '{{x}}' } "
               "parameters { name: 'b' list: 'vars.' } parameters { name: 'c' list: 'other' } "
               "parameters { name: 'd' value: 'x' list_style: LIST_STYLE_COMMA unescaped: '&' } "
               "parameters { name: 'e' list: 'vars.ids' list_style: 9 }"),
      ElementsAre("parameters[0].name", "parameters[0]", "parameters[1].value",
                  "parameters[2].list", "parameters[3].list", "parameters[4].listStyle",
                  "parameters[4].unescaped", "parameters[5].listStyle"));
  for (const char* list : {"vars.id", "vars.absent", "vars.deep", "vars.gaps", "vars"}) {
    EXPECT_THAT(
        Mistakes(fmt::format("url: 'http://v/' parameters {{ name: 'a' list: '{}' }}", list)),
        ElementsAre("parameters[0].list"))
        << list;
  }
}

TEST_F(QueryParametersTest, BoundsAreHeld) {
  std::string many = "url: 'http://v/' ";
  for (std::size_t i = 0; i < kPartsMax; ++i) many += "parameters { name: 'a' value: 'b' } ";
  EXPECT_TRUE(Render(many).ok());
  EXPECT_THAT(Mistakes(many + "parameters { name: 'a' value: 'b' }"), ElementsAre("parameters"));
  const auto list_of = [](std::uint32_t count) {
    return fmt::format(
        "url: 'http://v/' parameters {{ name: 'a' list: 'split(`\"{}\"`, `\",\"`)' }}",
        std::string(count - 1, ','));
  };
  EXPECT_TRUE(Render(list_of(QueryParameters::kListMax)).ok());
  EXPECT_THAT(Mistakes(list_of(QueryParameters::kListMax + 1)), ElementsAre("parameters[0].list"));
}

}  // namespace
}  // namespace syncline::request
