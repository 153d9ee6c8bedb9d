#include "json/document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/status.h"

namespace syncline::json {
namespace {

using base::Reason;

std::shared_ptr<const Document> MustParse(std::string body, const ParseLimits& limits = {}) {
  auto document = Document::Parse(std::move(body), limits);
  EXPECT_TRUE(document.ok()) << (document.ok() ? "" : base::MessageOf(document.status()));
  return document.ok() ? *document : nullptr;
}

std::string Nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

struct AcceptCase {
  const char* name;
  std::string body;
  std::string rewritten;  // as AppendJson writes it
};

class AcceptTest : public testing::TestWithParam<AcceptCase> {};

TEST_P(AcceptTest, KeepsTheValue) {
  const auto document = MustParse(GetParam().body);
  ASSERT_NE(document, nullptr);
  EXPECT_EQ(ToJson(document->root()), GetParam().rewritten);
}

INSTANTIATE_TEST_SUITE_P(
    Texts, AcceptTest,
    testing::Values(
        AcceptCase{"trailing_zero", "1.10", "1.10"}, AcceptCase{"exponent", "5E10", "5E10"},
        AcceptCase{"digits_in_string", R"("00123")", R"("00123")"},
        AcceptCase{"two_to_63", "9223372036854775808", "9223372036854775808"},
        AcceptCase{"beyond_double", "1e400", "1e400"}, AcceptCase{"minus_zero", "-0", "-0"},
        AcceptCase{"long_fraction", "0.10000000000000000000001", "0.10000000000000000000001"},
        AcceptCase{"empty_array", " [ ] ", "[]"}, AcceptCase{"empty_object", "{ }", "{}"},
        AcceptCase{"blanks_after_strings", "{ \"a\" : \"b\" \n , \"c\" : [ \"d\" \t ] }",
                   R"({"a":"b","c":["d"]})"},
        AcceptCase{"nested", R"([[],{},[{"a":[1,[2]]},3]])", R"([[],{},[{"a":[1,[2]]},3]])"},
        AcceptCase{"duplicates_stay", R"({"a":1,"a":2})", R"({"a":1,"a":2})"},
        AcceptCase{"nul_escape", R"("a\u0000b")", R"("a\u0000b")"},
        AcceptCase{"short_escapes", R"("\"\\\/\b\f\n\r\t")", R"("\"\\/\b\f\n\r\t")"},
        AcceptCase{"backslash_before_quote", R"(["\\","\\\""])", R"(["\\","\\\""])"},
        AcceptCase{"surrogate_pair", R"("\uD83D\uDE00")", "\"\xF0\x9F\x98\x80\""},
        AcceptCase{"lone_high_surrogate", R"("\ud800x")", "\"\xEF\xBF\xBDx\""},
        AcceptCase{"lone_low_surrogate", R"("\udc00")", "\"\xEF\xBF\xBD\""},
        AcceptCase{"high_then_letter", R"("\ud800\u0041")",
                   "\"\xEF\xBF\xBD"
                   "A\""},
        AcceptCase{"two_high_then_low", R"("\ud83d\ud83d\ude00")",
                   "\"\xEF\xBF\xBD\xF0\x9F\x98\x80\""},
        AcceptCase{"byte_order_mark", "\xEF\xBB\xBF{\"a\":\"\\u00e9\"}", "{\"a\":\"\xC3\xA9\"}"},
        AcceptCase{"escaped_key", R"({"\u0061b":true,"c":null})", R"({"ab":true,"c":null})"}),
    [](const auto& test) { return test.param.name; });

struct RefuseCase {
  const char* name;
  std::string body;
  Reason reason;
};

class RefuseTest : public testing::TestWithParam<RefuseCase> {};

TEST_P(RefuseTest, SaysWhy) {
  const auto document = Document::Parse(GetParam().body);
  ASSERT_FALSE(document.ok());
  EXPECT_EQ(base::ReasonOf(document.status()), GetParam().reason)
      << base::MessageOf(document.status());
}

INSTANTIATE_TEST_SUITE_P(
    Texts, RefuseTest,
    testing::Values(RefuseCase{"empty", "", Reason::kJsonInvalid},
                    RefuseCase{"only_blanks", " \n", Reason::kJsonInvalid},
                    RefuseCase{"only_byte_order_mark", "\xEF\xBB\xBF", Reason::kJsonInvalid},
                    RefuseCase{"html", "<html><body>Sign in</body></html>", Reason::kJsonInvalid},
                    RefuseCase{"cut_off_array", R"([1,2)", Reason::kJsonInvalid},
                    RefuseCase{"cut_off_after_comma", R"([1,)", Reason::kJsonInvalid},
                    RefuseCase{"cut_off_after_key", R"({"a")", Reason::kJsonInvalid},
                    RefuseCase{"cut_off_after_colon", R"({"a":)", Reason::kJsonInvalid},
                    RefuseCase{"cut_off_string", R"(["abc)", Reason::kJsonInvalid},
                    RefuseCase{"trailing_content", "{} {}", Reason::kJsonInvalid},
                    RefuseCase{"trailing_comma", "[1,]", Reason::kJsonInvalid},
                    RefuseCase{"leading_zero", "[01]", Reason::kJsonInvalid},
                    RefuseCase{"nan", "[NaN]", Reason::kJsonInvalid},
                    RefuseCase{"plus_sign", "[+1]", Reason::kJsonInvalid},
                    RefuseCase{"touching_values", R"([1"a"])", Reason::kJsonInvalid},
                    RefuseCase{"touching_strings", R"(["a""b"])", Reason::kJsonInvalid},
                    RefuseCase{"string_then_letter", R"(["a"b])", Reason::kJsonInvalid},
                    RefuseCase{"wrong_bracket", "[1}", Reason::kJsonInvalid},
                    RefuseCase{"colon_in_array", "[1:2]", Reason::kJsonInvalid},
                    RefuseCase{"number_key", "{1:2}", Reason::kJsonInvalid},
                    RefuseCase{"nul_after_number", std::string("1\0", 2), Reason::kJsonInvalid},
                    RefuseCase{"raw_control_character", "\"a\nb\"", Reason::kJsonInvalid},
                    RefuseCase{"unknown_escape", R"("\x41")", Reason::kJsonInvalid},
                    RefuseCase{"short_unicode_escape", R"("\u12")", Reason::kJsonInvalid},
                    RefuseCase{"not_utf8", "\"\xC3\x28\"", Reason::kTextInvalid},
                    RefuseCase{"surrogate_bytes", "\"\xED\xA0\x80\"", Reason::kTextInvalid},
                    RefuseCase{"utf16", std::string("\xFF\xFE[\0]\0", 6), Reason::kTextInvalid}),
    [](const auto& test) { return test.param.name; });

TEST(DocumentTest, NamesTheByteThatIsWrong) {
  const auto document = Document::Parse(R"({"a": tru})");
  ASSERT_FALSE(document.ok());
  EXPECT_EQ(base::MetadataOf(document.status())["offset"], "6");
}

TEST(DocumentTest, AcceptsDepthAtTheLimitAndRefusesOneMore) {
  const ParseLimits limits{.depth_max = 5};
  EXPECT_TRUE(Document::Parse(Nested(5), limits).ok());
  const auto deeper = Document::Parse(Nested(6), limits);
  ASSERT_FALSE(deeper.ok());
  EXPECT_EQ(base::ReasonOf(deeper.status()), Reason::kJsonTooDeep);
}

TEST(DocumentTest, RefusesHostileDepthWithoutAStack) {
  const auto closed = Document::Parse(Nested(100'000));
  ASSERT_FALSE(closed.ok());
  EXPECT_EQ(base::ReasonOf(closed.status()), Reason::kJsonTooDeep);
  const auto open = Document::Parse(std::string(100'000, '['));
  ASSERT_FALSE(open.ok());
  EXPECT_EQ(base::ReasonOf(open.status()), Reason::kJsonTooDeep);
}

TEST(DocumentTest, WalksAndWritesAnyDepthThatWasAllowed) {
  const std::string deep = Nested(1'000'000);
  const auto document = MustParse(deep, {.depth_max = 1'000'000});
  ASSERT_NE(document, nullptr);
  EXPECT_EQ(ToJson(document->root()), deep);
}

TEST(DocumentTest, AcceptsSizeAtTheLimitAndRefusesOneMore) {
  const ParseLimits limits{.bytes_max = 4};
  EXPECT_TRUE(Document::Parse("[12]", limits).ok());
  const auto larger = Document::Parse("[123]", limits);
  ASSERT_FALSE(larger.ok());
  EXPECT_EQ(base::ReasonOf(larger.status()), Reason::kResponseTooLarge);
}

TEST(NodeTest, FindsTheLastOfRepeatedKeys) {
  const auto document = MustParse(R"({"a":1,"b":{"a":9},"\u0061":"two","ab":3})");
  Node value;
  ASSERT_TRUE(document->root().Find("a", &value));
  EXPECT_EQ(value.text(), "two");
  ASSERT_TRUE(document->root().Find("b", &value));
  EXPECT_EQ(value.kind(), Kind::kObject);
  EXPECT_FALSE(document->root().Find("c", &value));
  EXPECT_FALSE(value.Find("b", &value)) << "a nested key is not a key of its parent";
}

TEST(NodeTest, FindsNothingInWhatIsNoObject) {
  const auto document = MustParse(R"(["a"])");
  Node value;
  EXPECT_FALSE(document->root().Find("a", &value));
}

TEST(NodeTest, WalksElementsAndMembers) {
  const auto document = MustParse(R"([{"k":[1,2]},"x",[]])");
  const Node root = document->root();
  ASSERT_EQ(root.size(), 3u);
  EXPECT_EQ(root.first().kind(), Kind::kObject);
  EXPECT_EQ(root.ElementAt(1).text(), "x");
  EXPECT_EQ(root.ElementAt(2).kind(), Kind::kArray);
  const Node key = root.first().first();
  EXPECT_EQ(key.text(), "k");
  EXPECT_EQ(key.next().ElementAt(1).text(), "2");
  EXPECT_EQ(document->NodeAt(key.index()).text(), "k");
}

TEST(NodeTest, ReadsTextWithNul) {
  const auto document = MustParse(R"("a\u0000b")");
  EXPECT_EQ(document->root().text(), std::string_view("a\0b", 3));
}

TEST(WriterTest, EscapesWhatJsonMustNotHoldRaw) {
  std::string out;
  AppendJsonString(std::string_view("\x01\x1F\"\\/\x7F\xC3\xA9", 8), &out);
  EXPECT_EQ(out, "\"\\u0001\\u001f\\\"\\\\/\x7F\xC3\xA9\"");
}

TEST(NumberLengthTest, StopsWhereTheNumberStops) {
  EXPECT_EQ(NumberLength("12abc"), 2u);
  EXPECT_EQ(NumberLength("-1.5e+3,"), 7u);
  EXPECT_EQ(NumberLength("1."), 0u);
  EXPECT_EQ(NumberLength("007"), 0u);
  EXPECT_EQ(NumberLength("-"), 0u);
  EXPECT_EQ(NumberLength(""), 0u);
}

}  // namespace
}  // namespace syncline::json
