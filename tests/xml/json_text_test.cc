#include "xml/json_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/status.h"

namespace syncline::xml {
namespace {

using base::Reason;

struct TextCase {
  const char* name;
  const char* xml;
  const char* json;
  std::vector<std::string> lists = {};
};

class JsonTextTest : public testing::TestWithParam<TextCase> {};

TEST_P(JsonTextTest, SaysTheSame) {
  const auto json = ToJsonText(GetParam().xml, GetParam().lists);
  ASSERT_TRUE(json.ok()) << base::MessageOf(json.status());
  EXPECT_EQ(*json, GetParam().json);
}

INSTANTIATE_TEST_SUITE_P(
    Elements, JsonTextTest,
    testing::Values(
        TextCase{"empty", "<a/>", R"({"a":null})"},
        TextCase{"blanks", "<a> \n </a>", R"({"a":null})"},
        TextCase{"text", "<a> x &amp; &#233;\n</a>", "{\"a\":\" x & \xC3\xA9\\n\"}"},
        TextCase{"cdata", "<a>x<![CDATA[<b>]]>y</a>", R"({"a":"x<b>y"})"},
        TextCase{"children", "<a><b>1</b><c><d>2</d></c></a>", R"({"a":{"b":"1","c":{"d":"2"}}})"},
        TextCase{"several", "<a><b>1</b><c>x</c><b>2</b><b/></a>",
                 R"({"a":{"b":["1","2",null],"c":"x"}})"},
        TextCase{"attributes", "<a i='1' j=\"x&quot;y\"><b k='2'/></a>",
                 R"({"a":{"@i":"1","@j":"x\"y","b":{"@k":"2"}}})"},
        TextCase{"text_beside", "<a i='1'>x<b/>y</a>", R"({"a":{"@i":"1","#text":"xy","b":null}})"},
        TextCase{"name_spaces",
                 "<s:a xmlns:s='urn:s' xmlns='urn:d' s:i='1'><s:b>1</s:b><b>2</b></s:a>",
                 R"({"a":{"@i":"1","b":["1","2"]}})"},
        TextCase{"declaration_and_comments",
                 "<?xml version='1.0' encoding='UTF-8'?><!-- c --><a><!-- c --><?p q?><b>1</b></a>",
                 R"({"a":{"b":"1"}})"},
        TextCase{"values_stay", "<a><b>5E10</b><c>00123</c></a>",
                 R"({"a":{"b":"5E10","c":"00123"}})"},
        TextCase{"list_of_one", "<r><u><m>1</m></u></r>", R"({"r":{"u":{"m":["1"]}}})", {"r/u/m"}},
        TextCase{"list_of_none", "<r><u/></r>", R"({"r":{"u":{"m":[]}}})", {"r/u/m"}},
        TextCase{"list_of_none_beside",
                 "<r><u i='1'><x/></u></r>",
                 R"({"r":{"u":{"@i":"1","x":null,"m":[]}}})",
                 {"r/u/m"}},
        TextCase{"no_parent_no_list", "<r><v/></r>", R"({"r":{"v":null}})", {"r/u/m"}},
        TextCase{"list_elsewhere", "<r><m><u>1</u></m></r>", R"({"r":{"m":{"u":"1"}}})", {"r/u/m"}},
        TextCase{"lists_in_lists",
                 "<r><u><m>1</m></u><u/></r>",
                 R"({"r":{"u":[{"m":["1"]},{"m":[]}]}})",
                 {"r/u", "r/u/m"}}),
    [](const auto& test) { return test.param.name; });

TEST(JsonTextTest, RefusesWhatIsNoXml) {
  for (const std::string& text :
       {std::string(), std::string("{}"), std::string("<a>"), std::string("<a></b>"),
        std::string("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>"), std::string("<a>\0</a>", 8)}) {
    const auto json = ToJsonText(text, {});
    ASSERT_FALSE(json.ok()) << text;
    EXPECT_EQ(base::ReasonOf(json.status()), Reason::kBodyInvalid) << text;
  }
  EXPECT_EQ(base::MetadataOf(ToJsonText("<a></b>", {}).status())["offset"], "5");
}

TEST(JsonTextTest, IsBounded) {
  const auto nested = [](std::size_t depth) {
    std::string text;
    for (std::size_t i = 0; i < depth; ++i) text += "<a>";
    for (std::size_t i = 0; i < depth; ++i) text += "</a>";
    return text;
  };
  EXPECT_TRUE(ToJsonText(nested(kPageLimits.depth_max), {}).ok());
  for (const std::size_t depth : {kPageLimits.depth_max + 1, std::size_t{100'000}}) {
    EXPECT_EQ(base::ReasonOf(ToJsonText(nested(depth), {}).status()), Reason::kResponseTooLarge);
  }
  EXPECT_TRUE(ToJsonText("<ab/>", {}, {.bytes_max = 5}).ok());
  EXPECT_FALSE(ToJsonText("<abc/>", {}, {.bytes_max = 5}).ok());
}

TEST(JsonTextTest, TakesManyNamesInItsStride) {
  // A grouping that looked at every pair would not end soon.
  std::string text = "<a>";
  for (int i = 0; i < 200'000; ++i) text += "<n" + std::to_string(i) + "/>";
  text += "</a>";
  EXPECT_TRUE(ToJsonText(text, {}).ok());
}

}  // namespace
}  // namespace syncline::xml
