#include "mapping/converters.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <deque>

#include "base/status.h"

namespace syncline::mapping {
namespace {

using model::FieldType;

// What one JSON value becomes: the cell as text, "(empty)", or "REASON: problem".
std::string Converted(FieldType type, const std::string& json, bool unique = false) {
  const auto document = *json::Document::Parse(json);
  const TimeRules rules = *TimeRules::Make("", "");
  std::deque<std::string> chunks;
  TextArena arena(&chunks);
  Conversion conversion{.arena = arena, .time_rules = &rules, .unique = unique};
  model::Cell cell;
  if (!ConverterOf(type)(expression::Value(document->root()), conversion, &cell)) {
    return fmt::format("{}: {}", base::ReasonName(conversion.reason), conversion.problem);
  }
  if (cell.empty) return "(empty)";
  const bool text =
      type == FieldType::kString || type == FieldType::kNumber || type == FieldType::kJson;
  return text ? std::string(cell.text) : std::to_string(cell.integer);
}

struct Row {
  FieldType type;
  std::string json, wanted;
};

class ConverterTest : public testing::TestWithParam<Row> {};

TEST_P(ConverterTest, Converts) {
  const std::string got = Converted(GetParam().type, GetParam().json);
  const std::string& wanted = GetParam().wanted;
  // A wanted reason ends with ':'; the text behind it is for people.
  const bool failure =
      wanted.find("_FAILED:") != std::string::npos || wanted.find("_INVALID:") != std::string::npos;
  EXPECT_EQ(failure ? got.substr(0, wanted.size()) : got, wanted) << GetParam().json;
}

constexpr auto kString = FieldType::kString;
constexpr auto kInteger = FieldType::kInteger;
constexpr auto kNumber = FieldType::kNumber;
constexpr auto kBoolean = FieldType::kBoolean;
constexpr auto kTimestamp = FieldType::kTimestamp;
constexpr auto kDate = FieldType::kDate;
constexpr auto kJson = FieldType::kJson;

INSTANTIATE_TEST_SUITE_P(Exact, ConverterTest,
                         testing::ValuesIn(std::vector<Row>{
                             {kString, R"("1.10")", "1.10"},
                             {kString, R"("5E10")", "5E10"},
                             {kString, R"("00123")", "00123"},
                             {kString, R"("None")", "None"},
                             {kString, R"("null")", "null"},
                             {kString, R"(" padded ")", " padded "},
                             {kString, "1.10", "1.10"},
                             {kString, "5E10", "5E10"},
                             {kString, "1e400", "1e400"},
                             {kString, "true", "true"},
                             {kString, "false", "false"},
                             {kString, R"("é\ud83d\ude00")", "é😀"},
                             {kNumber, "1.10", "1.10"},
                             {kNumber, R"("0.10")", "0.10"},
                             {kNumber, "9223372036854775808", "9223372036854775808"},
                             {kNumber, "1.5e3", "1500"},
                             {kNumber, R"(" 7 ")", "7"},
                             {kInteger, "9223372036854775807", "9223372036854775807"},
                             {kInteger, R"("00123")", "123"},
                             {kInteger, "5.0", "5"},
                             {kInteger, "5e3", "5000"},
                             {kInteger, R"("-5")", "-5"},
                             {kBoolean, "true", "1"},
                             {kBoolean, R"("FALSE")", "0"},
                             {kBoolean, R"("Yes")", "1"},
                             {kBoolean, R"("no")", "0"},
                             {kBoolean, "1", "1"},
                             {kBoolean, R"("0")", "0"},
                             {kTimestamp, R"("1970-01-01T00:00:01Z")", "1000000"},
                             {kTimestamp, "1700000000", "1700000000000000"},
                             {kTimestamp, R"("1700000000123")", "1700000000123000"},
                             {kTimestamp, R"("1970-01-02")", "86400000000"},
                             {kDate, R"("1970-01-02")", "1"},
                             {kDate, "86400", "1"},
                             {kDate, R"("1970-01-02T23:00:00-05:00")", "1"},
                             {kJson, R"({"a": [1.10, null]})", R"({"a":[1.10,null]})"},
                             {kJson, R"("text")", R"("text")"},
                             {kJson, R"("back\\u0000slash")", R"("back\\u0000slash")"},
                             {kJson, "[]", "[]"},
                             {kJson, "1e400", "1e400"},
                             {kJson, "[-1e999]", "[-1e999]"},
                             {kJson, std::string(1'500, '7'), std::string(1'500, '7')},
                         }));

INSTANTIATE_TEST_SUITE_P(Empty, ConverterTest,
                         testing::ValuesIn(std::vector<Row>{
                             {kString, "null", "(empty)"},
                             {kString, R"("")", "(empty)"},
                             {kString, R"(" ")", " "},
                             {kInteger, "null", "(empty)"},
                             {kInteger, R"("")", "(empty)"},
                             {kInteger, R"("  ")", "(empty)"},
                             {kNumber, R"("")", "(empty)"},
                             {kBoolean, R"("")", "(empty)"},
                             {kTimestamp, R"(" ")", "(empty)"},
                             {kDate, R"("")", "(empty)"},
                             {kJson, R"("")", "(empty)"},
                             {kJson, "null", "(empty)"},
                         }));

INSTANTIATE_TEST_SUITE_P(
    Rejects, ConverterTest,
    testing::ValuesIn(std::vector<Row>{
        {kString, "[1]", "CONVERSION_FAILED: is a list"},
        {kString, "{}", "CONVERSION_FAILED: is an object"},
        {kString, R"("a\u0000b")", "TEXT_INVALID: contains U+0000"},
        {kInteger, "5.5", "CONVERSION_FAILED: has a fraction"},
        {kInteger, "9223372036854775808", "CONVERSION_FAILED: is out of range"},
        {kInteger, R"("five")", "CONVERSION_FAILED: is no integer"},
        {kInteger, "true", "CONVERSION_FAILED: is a boolean"},
        {kNumber, "1e200000", "CONVERSION_FAILED: has more than 1000 digits"},
        {kNumber, R"("1,5")", "CONVERSION_FAILED: is no decimal number"},
        {kNumber, "[]", "CONVERSION_FAILED: is a list"},
        {kBoolean, R"("maybe")", "CONVERSION_FAILED: is no boolean"},
        {kBoolean, "2", "CONVERSION_FAILED: is no boolean"},
        {kBoolean, R"("falsehood")", "CONVERSION_FAILED: is no boolean"},
        {kTimestamp, R"("0000-00-00 00:00:00")", "CONVERSION_FAILED: is no time"},
        {kTimestamp, R"("20261123")", "CONVERSION_FAILED: may be a date or a Unix time"},
        {kTimestamp, "false", "CONVERSION_FAILED: is a boolean"},
        {kDate, R"("2026-02-30")", "CONVERSION_FAILED: is no time"},
        {kJson, R"({"a\u0000": 1})", "TEXT_INVALID: contains U+0000"},
        {kJson, "[1, 1e200000]", "CONVERSION_FAILED: contains a number"},
        {kJson, "[1, 1e1000]", "CONVERSION_FAILED: contains a number"},
        {kJson, "{\"a\": 1e-1001}", "CONVERSION_FAILED: contains a number"},
    }));

TEST(ConverterTest, UniqueTextFitsAnIndexEntry) {
  const std::string fits(kUniqueTextBytesMax, 'x');
  EXPECT_EQ(Converted(kString, '"' + fits + '"', true), fits);
  EXPECT_EQ(Converted(kString, '"' + fits + "x\"", false), fits + "x");
  EXPECT_TRUE(
      Converted(kString, '"' + fits + "x\"", true).starts_with("CONVERSION_FAILED: is longer"));
}

TEST(ConverterTest, TextPointsIntoTheDocument) {
  const auto document = *json::Document::Parse(R"("serial")");
  std::deque<std::string> chunks;
  TextArena arena(&chunks);
  Conversion conversion{.arena = arena, .time_rules = nullptr};
  model::Cell cell;
  ASSERT_TRUE(ConvertString(expression::Value(document->root()), conversion, &cell));
  EXPECT_EQ(cell.text.data(), document->root().text().data());
  EXPECT_TRUE(chunks.empty());
}

TEST(ConverterTest, ComputedTextIsCopied) {
  std::deque<std::string> chunks;
  TextArena arena(&chunks);
  Conversion conversion{.arena = arena, .time_rules = nullptr};
  model::Cell cell;
  {
    const std::string passing = "computed text that is gone soon";
    ASSERT_TRUE(ConvertString(expression::Value::String(passing), conversion, &cell));
    EXPECT_NE(cell.text.data(), passing.data());
  }
  EXPECT_EQ(cell.text, "computed text that is gone soon");
  EXPECT_FALSE(ConvertString(expression::Value::String("\xff"), conversion, &cell));
  EXPECT_EQ(conversion.reason, base::Reason::kTextInvalid);
}

}  // namespace
}  // namespace syncline::mapping
