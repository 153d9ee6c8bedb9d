#include "decode/json_array_cutter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/decode/cut.h"

namespace syncline::decode {
namespace {

using base::Reason;
using Path = std::vector<std::string>;

struct ListCase {
  const char* name;
  Path path;
  std::string_view body;
  const char* records;
};

class JsonListTest : public testing::TestWithParam<ListCase> {};

TEST_P(JsonListTest, IsCutHoweverItComes) {
  for (const std::size_t piece : {1UL, 2UL, 3UL, 1UL << 20}) {
    JsonArrayCutter cutter(GetParam().path, false);
    const auto pages = CutAll(cutter, GetParam().body, piece, {});
    ASSERT_TRUE(pages.ok()) << base::MessageOf(pages.status());
    EXPECT_LE(pages->size(), 1U);
    EXPECT_EQ(pages->empty() ? "[]" : pages->front().text, GetParam().records);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Lists, JsonListTest,
    testing::Values(
        ListCase{"root", {}, R"([{"a":1},{"a":2}])", R"([{"a":1},{"a":2}])"},
        ListCase{"blanks", {}, " [ {\"a\" : 1} ,\n 2 ] \n", "[{\"a\" : 1} ,\n 2 ]"},
        ListCase{"empty", {}, " [ \n ] ", "[]"},
        ListCase{"scalars", {}, R"([1,"a,]",null,[],[1,2]])", R"([1,"a,]",null,[],[1,2]])"},
        ListCase{"escapes", {}, R"(["\"],[","\\",{"k\"":"}"}])", R"(["\"],[","\\",{"k\"":"}"}])"},
        ListCase{"member", {"items"}, R"({"total":2,"items":[1,2],"next":null})", "[1,2]"},
        ListCase{
            "deep", {"d", "i"}, R"({"i":[9],"x":{"d":{"i":[8]}},"d":{"x":[7],"i":[1]}})", "[1]"},
        ListCase{"not_in_a_list", {"a"}, R"({"b":[{"a":[9]}],"a":[1]})", "[1]"},
        ListCase{"escaped_name", {"a b\""}, R"({"a\u0020b\"":[1]})", "[1]"},
        ListCase{"everything_before",
                 {"i"},
                 R"({"a":-1.5e+3,"b":true,"c":[[],{},"]"],"d":{"e":{"i":3}},"f":"\\","i":[1]})",
                 "[1]"},
        ListCase{"null_then_list", {"i"}, R"({"i":null,"i":[1]})", "[1]"}),
    [](const auto& test) { return test.param.name; });

struct RefusedCase {
  const char* name;
  Path path;
  std::string_view body;
  Reason reason;
};

class JsonListRefusedTest : public testing::TestWithParam<RefusedCase> {};

TEST_P(JsonListRefusedTest, SaysWhy) {
  for (const std::size_t piece : {1UL, 1UL << 20}) {
    JsonArrayCutter cutter(GetParam().path, false);
    const auto pages = CutAll(cutter, GetParam().body, piece, {});
    ASSERT_FALSE(pages.ok());
    EXPECT_EQ(base::ReasonOf(pages.status()), GetParam().reason) << base::MessageOf(pages.status());
  }
}

INSTANTIATE_TEST_SUITE_P(
    Texts, JsonListRefusedTest,
    testing::Values(
        RefusedCase{"empty", {}, "", Reason::kJsonInvalid},
        RefusedCase{"blanks", {}, " ", Reason::kJsonInvalid},
        RefusedCase{"html", {}, "<html>", Reason::kJsonInvalid},
        RefusedCase{"cut_in_list", {}, "[1,2", Reason::kJsonInvalid},
        RefusedCase{"cut_in_string", {}, R"([1,"2)", Reason::kJsonInvalid},
        RefusedCase{"cut_after_list", {"i"}, R"({"i":[1])", Reason::kJsonInvalid},
        RefusedCase{"cut_before_list", {"i"}, R"({"x":[1],"i")", Reason::kJsonInvalid},
        RefusedCase{"no_element", {}, "[1,,2]", Reason::kJsonInvalid},
        RefusedCase{"comma_at_end", {}, "[1, ]", Reason::kJsonInvalid},
        RefusedCase{"comma_at_begin", {}, "[,1]", Reason::kJsonInvalid},
        RefusedCase{"wrong_bracket", {}, "[1}", Reason::kJsonInvalid},
        RefusedCase{"wrong_bracket_outside", {"i"}, R"({"x":[1},"i":[1]})", Reason::kJsonInvalid},
        RefusedCase{"more_after", {}, "[1] 2", Reason::kJsonInvalid},
        RefusedCase{"wrong_scalar", {"i"}, R"({"x":tru,"i":[1]})", Reason::kJsonInvalid},
        RefusedCase{"wrong_number", {"i"}, R"({"x":01,"i":[1]})", Reason::kJsonInvalid},
        RefusedCase{"no_colon", {"i"}, R"({"i" [1]})", Reason::kJsonInvalid},
        RefusedCase{"no_quotes", {"i"}, R"({i:[1]})", Reason::kJsonInvalid},
        RefusedCase{"comma_before_brace", {"i"}, R"({"i":[1],})", Reason::kJsonInvalid},
        RefusedCase{"control_character", {"i"}, "{\"x\":\"\n\",\"i\":[1]}", Reason::kJsonInvalid},
        RefusedCase{"absent", {"i"}, R"({"a":1,"b":{"i":[1]}})", Reason::kRecordsNotFound},
        RefusedCase{"null", {"i"}, R"({"i":null})", Reason::kRecordsNotFound},
        RefusedCase{"root_is_null", {}, "null", Reason::kRecordsNotFound},
        RefusedCase{"object", {"i"}, R"({"i":{}})", Reason::kRecordsNotAList},
        RefusedCase{"string", {}, R"("error")", Reason::kRecordsNotAList},
        RefusedCase{"root_is_object", {}, R"({"error":1})", Reason::kRecordsNotAList},
        RefusedCase{"twice", {"i"}, R"({"i":[1],"i":[2]})", Reason::kBodyInvalid}),
    [](const auto& test) { return test.param.name; });

TEST(JsonArrayCutterTest, MayMissItsList) {
  JsonArrayCutter cutter({"i"}, true);
  EXPECT_TRUE(CutAll(cutter, R"({"a":1})", 1, {})->empty());
}

TEST(JsonArrayCutterTest, NamesTheMembersThatThereAre) {
  JsonArrayCutter cutter({"data", "items"}, false);
  const auto pages = CutAll(cutter, R"({"error":{"code":1},"meta":2})", 4, {});
  EXPECT_THAT(base::MessageOf(pages.status()), testing::AllOf(testing::HasSubstr("'data.items'"),
                                                              testing::HasSubstr("error, meta")));
}

TEST(JsonArrayCutterTest, CutsPagesByCountAndBySizeAndKnowsTheirPlace) {
  for (const std::size_t piece : {1UL, 4UL, 1UL << 20}) {
    JsonArrayCutter by_count({"i"}, false);
    const auto pages = CutAll(by_count, R"({"i":[1, 22,333,4,5]})", piece, {.records_max = 2});
    ASSERT_TRUE(pages.ok());
    EXPECT_THAT(TextsOf(*pages), testing::ElementsAre("[1, 22]", "[333,4]", "[5]"));
    EXPECT_EQ((*pages)[0].origin.offset, 6U);
    EXPECT_EQ((*pages)[1].origin.offset, 12U);
    JsonArrayCutter by_size({}, false);
    const auto small = CutAll(by_size, R"(["aaaa","bbbb","cc"])", piece, {.bytes_max = 12});
    ASSERT_TRUE(small.ok());
    EXPECT_THAT(TextsOf(*small), testing::ElementsAre(R"(["aaaa","bbbb"])", R"(["cc"])"));
  }
}

TEST(JsonArrayCutterTest, HoldsItsLimits) {
  for (const std::size_t bytes : {10UL, 11UL}) {
    JsonArrayCutter cutter({}, false);
    const auto pages =
        CutAll(cutter, "[" + std::string(bytes, '1') + "]", 3, {.record_bytes_max = 10});
    EXPECT_EQ(pages.ok(), bytes == 10);
    if (!pages.ok()) {
      EXPECT_EQ(base::ReasonOf(pages.status()), Reason::kResponseTooLarge);
    }
  }
  for (const std::size_t depth : {JsonSkimmer::kDepthMax - 1, JsonSkimmer::kDepthMax}) {
    JsonArrayCutter cutter({"i"}, false);
    const std::string body =
        "{\"x\":" + std::string(depth, '[') + std::string(depth, ']') + ",\"i\":[]}";
    const auto pages = CutAll(cutter, body, 50, {});
    EXPECT_EQ(pages.ok(), depth < JsonSkimmer::kDepthMax);
    if (!pages.ok()) {
      EXPECT_EQ(base::ReasonOf(pages.status()), Reason::kJsonTooDeep);
    }
  }
}

}  // namespace
}  // namespace syncline::decode
