#include "decode/csv_cutter.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "tests/decode/cut.h"

namespace syncline::decode {
namespace {

using base::Reason;

v1::CsvFormat Format(const char* text) {
  v1::CsvFormat format;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &format)) << text;
  return format;
}

absl::StatusOr<std::string> Rows(const char* format, std::string_view body, std::size_t piece) {
  CsvCutter cutter(Format(format));
  SYNCLINE_ASSIGN_OR_RETURN(const auto pages, CutAll(cutter, body, piece, {}));
  EXPECT_LE(pages.size(), 1U);
  return pages.empty() ? "[]" : pages.front().text;
}

struct RowsCase {
  const char* name;
  const char* format;
  std::string_view body;
  const char* rows;
};

class CsvRowsTest : public testing::TestWithParam<RowsCase> {};

TEST_P(CsvRowsTest, BecomeObjectsHoweverTheyCome) {
  for (const std::size_t piece : {1UL, 2UL, 3UL, 1UL << 20}) {
    const auto rows = Rows(GetParam().format, GetParam().body, piece);
    ASSERT_TRUE(rows.ok()) << base::MessageOf(rows.status());
    EXPECT_EQ(*rows, GetParam().rows) << "in pieces of " << piece;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Rfc4180, CsvRowsTest,
    testing::Values(
        RowsCase{"header", "", "a,b\r\n1,2\r\n3,4\r\n", R"([{"a":"1","b":"2"},{"a":"3","b":"4"}])"},
        RowsCase{"no_last_line_end", "", "a,b\r\n1,2", R"([{"a":"1","b":"2"}])"},
        RowsCase{"line_feeds", "", "a,b\n1,2\n", R"([{"a":"1","b":"2"}])"},
        RowsCase{"returns", "", "a,b\r1,2\r", R"([{"a":"1","b":"2"}])"},
        RowsCase{"only_a_header", "", "a,b\r\n", "[]"},
        RowsCase{"quoted", "", "a,b\n\"x,y\",\"line\r\nbreak\"\n",
                 R"([{"a":"x,y","b":"line\r\nbreak"}])"},
        RowsCase{"doubled_quotes", "", "a\n\"say \"\"hi\"\"\"\n\"\"\"\"\n",
                 R"([{"a":"say \"hi\""},{"a":"\""}])"},
        RowsCase{"quoted_header", "", "\"the name\",\"a,b\"\n1,2\n",
                 R"([{"the name":"1","a,b":"2"}])"},
        RowsCase{"quote_inside", "", "a,b\n5\" pipe,x\"y\"\n",
                 R"([{"a":"5\" pipe","b":"x\"y\""}])"},
        RowsCase{"empty_cells", "", "a,b,c\n,,\n\"\",x,\n",
                 R"([{"a":"","b":"","c":""},{"a":"","b":"x","c":""}])"},
        RowsCase{"blanks_stay", "", "a,b\n x , y\n", R"([{"a":" x ","b":" y"}])"},
        RowsCase{"values_stay", "", "a,b\n5E10,00123\n", R"([{"a":"5E10","b":"00123"}])"},
        RowsCase{"empty_lines", "", "\n\na\n\n1\n\r\n2\n\n", R"([{"a":"1"},{"a":"2"}])"},
        RowsCase{"quoted_empty_line", "", "a\n\"\"\n", R"([{"a":""}])"},
        RowsCase{"fewer_cells", "", "a,b,c\n1\n1,2\n", R"([{"a":"1"},{"a":"1","b":"2"}])"},
        RowsCase{"column_without_name", "", "a,,\n1,2,3\n",
                 R"([{"a":"1","column_2":"2","column_3":"3"}])"},
        RowsCase{"semicolon", "delimiter: ';'", "a;b\n1,5;2\n", R"([{"a":"1,5","b":"2"}])"},
        RowsCase{"tab", "delimiter: '\\t'", "a\tb\n1\t2\n", R"([{"a":"1","b":"2"}])"},
        RowsCase{"columns", "columns: 'x' columns: 'y'", "1,2\n3,4\n",
                 R"([{"x":"1","y":"2"},{"x":"3","y":"4"}])"},
        RowsCase{"columns_and_no_rows", "columns: 'x'", "", "[]"},
        RowsCase{"skipped_lines", "skip_line_count: 2", "Report \"of\nMay\na\n1\n",
                 R"([{"a":"1"}])"},
        RowsCase{"skipped_all", "skip_line_count: 3 columns: 'a'", "1\n2\n3\n", "[]"},
        RowsCase{"unicode", "", "n\xC3\xA4me\n\xF0\x9F\x98\x80\n",
                 "[{\"n\xC3\xA4me\":\"\xF0\x9F\x98\x80\"}]"}),
    [](const auto& test) { return test.param.name; });

struct RefusedCase {
  const char* name;
  const char* format;
  std::string_view body;
  const char* line;  // "" = not known
  const char* says;
};

class CsvRefusedTest : public testing::TestWithParam<RefusedCase> {};

TEST_P(CsvRefusedTest, NamesTheLine) {
  for (const std::size_t piece : {1UL, 1UL << 20}) {
    const auto rows = Rows(GetParam().format, GetParam().body, piece);
    ASSERT_FALSE(rows.ok()) << *rows;
    EXPECT_EQ(base::ReasonOf(rows.status()), Reason::kBodyInvalid);
    EXPECT_EQ(base::MetadataOf(rows.status())["line"], GetParam().line);
    EXPECT_THAT(base::MessageOf(rows.status()), testing::HasSubstr(GetParam().says));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Mistakes, CsvRefusedTest,
    testing::Values(
        RefusedCase{"empty", "", "", "", "names its columns"},
        RefusedCase{"only_empty_lines", "", "\n\n", "", "names its columns"},
        RefusedCase{"more_cells", "", "a,b\n1,2\n\n1,2,3\n", "4", "3 cells for 2 columns"},
        RefusedCase{"open_quote", "", "a\n1\n\"x\ny\n", "3", "not closed"},
        RefusedCase{"text_after_quote", "", "a,b\n\"x\"y,2\n", "2", "behind the closing quote"},
        RefusedCase{"after_long_cell", "", "a\n\"1\n2\n3\"\n4,5\n", "5", "2 cells"},
        RefusedCase{"same_name_twice", "", "id,name,id\n", "1", "two columns 'id'"},
        RefusedCase{"after_skipped", "skip_line_count: 1", "x\na\n1,2\n", "3", "2 cells"}),
    [](const auto& test) { return test.param.name; });

TEST(CsvCutterTest, TakesNoPageOfMarkupForAColumn) {
  for (const char* body : {"<!DOCTYPE html>\n<html>", "  <HTML><body>Sign in</body></HTML>",
                           "<?xml version=\"1.0\"?>\n<a/>"}) {
    for (const char* format : {"", "columns: 'a'"}) {
      const auto rows = Rows(format, body, 1'000);
      ASSERT_FALSE(rows.ok()) << body;
      EXPECT_EQ(base::ReasonOf(rows.status()), Reason::kUnexpectedContentType);
    }
  }
}

TEST(CsvCutterTest, CutsPagesAndHoldsItsLimits) {
  CsvCutter cutter(Format(""));
  const auto pages = CutAll(cutter, "a\n1\n2\n3\n4\n5", 1, {.records_max = 2});
  ASSERT_TRUE(pages.ok());
  EXPECT_THAT(TextsOf(*pages), testing::ElementsAre(R"([{"a":"1"},{"a":"2"}])",
                                                    R"([{"a":"3"},{"a":"4"}])", R"([{"a":"5"}])"));
  for (const std::size_t bytes : {10UL, 11UL}) {
    CsvCutter other(Format(""));
    const auto cut =
        CutAll(other, "a\n" + std::string(bytes - 8, 'x') + "\n", 3, {.record_bytes_max = 10});
    EXPECT_EQ(cut.ok(), bytes == 10) << R"({"a":"xx"} has ten bytes)";
  }
  CsvCutter endless(Format(""));
  EXPECT_EQ(
      base::ReasonOf(
          CutAll(endless, "a\n\"" + std::string(11, 'x'), 3, {.record_bytes_max = 10}).status()),
      Reason::kResponseTooLarge);
}

TEST(CsvCutterTest, HasAsManyColumnsAsTheLimitSays) {
  for (const std::size_t commas : {CsvCutter::kColumnsMax - 1, CsvCutter::kColumnsMax}) {
    CsvCutter cutter(Format(""));
    const auto pages = CutAll(cutter, std::string(commas, ',') + "\n", 1'000, {});
    EXPECT_EQ(pages.ok(), commas + 1 == CsvCutter::kColumnsMax);
  }
}

}  // namespace
}  // namespace syncline::decode
