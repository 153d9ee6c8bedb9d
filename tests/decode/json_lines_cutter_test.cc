#include "decode/json_lines_cutter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/decode/cut.h"

namespace syncline::decode {
namespace {

using base::Reason;

TEST(JsonLinesCutterTest, MakesAnElementOfEveryLine) {
  for (const std::size_t piece : {1UL, 2UL, 5UL, 1UL << 20}) {
    JsonLinesCutter cutter;
    const auto pages =
        CutAll(cutter, "\n {\"a\":\"x,\\\"y\"}\r\n\r\n \t\n[1,[2]]\n\"},{\"\n3", piece, {});
    ASSERT_TRUE(pages.ok()) << base::MessageOf(pages.status());
    ASSERT_EQ(pages->size(), 1U);
    EXPECT_EQ(pages->front().text, "[{\"a\":\"x,\\\"y\"}\r\n\n\n,[1,[2]]\n,\"},{\"\n,3\n]");
    EXPECT_EQ(pages->front().count, 4);
    EXPECT_EQ(pages->front().origin.line, 2);
  }
}

TEST(JsonLinesCutterTest, CutsPagesThatKnowTheirLine) {
  JsonLinesCutter cutter;
  const auto pages = CutAll(cutter, "1\n2\n\n3\n4\n5\n\n", 1, {.records_max = 2});
  ASSERT_TRUE(pages.ok());
  EXPECT_THAT(TextsOf(*pages), testing::ElementsAre("[1\n,2\n]", "[3\n,4\n]", "[5\n\n\n]"));
  EXPECT_EQ((*pages)[1].origin.line, 4);
  EXPECT_EQ((*pages)[2].origin.line, 6);
}

TEST(JsonLinesCutterTest, IsEmptyForAnEmptyBody) {
  JsonLinesCutter cutter;
  EXPECT_TRUE(CutAll(cutter, "\r\n\n", 1, {})->empty());
}

struct RefusedCase {
  const char* name;
  const char* body;
  const char* says;
};

class JsonLinesRefusedTest : public testing::TestWithParam<RefusedCase> {};

TEST_P(JsonLinesRefusedTest, NamesTheLine) {
  for (const std::size_t piece : {1UL, 1UL << 20}) {
    JsonLinesCutter cutter;
    const auto pages =
        CutAll(cutter, std::string("{}\n\n") + GetParam().body + "\n{}\n", piece, {});
    ASSERT_FALSE(pages.ok());
    EXPECT_EQ(base::ReasonOf(pages.status()), Reason::kBodyInvalid);
    EXPECT_EQ(base::MetadataOf(pages.status())["line"], "3");
    EXPECT_THAT(base::MessageOf(pages.status()), testing::HasSubstr(GetParam().says));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Lines, JsonLinesRefusedTest,
    testing::Values(RefusedCase{"two_values", "1,2", "more than one value"},
                    RefusedCase{"joined", "3],[4", "a bracket that was not opened"},
                    RefusedCase{"pretty_printed", "{\n\"a\":1}", "breaks off"},
                    RefusedCase{"open_string", "\"abc", "breaks off"},
                    RefusedCase{"control_character", "\"a\tb\"", "control character"},
                    RefusedCase{"closed_twice", "{}}", "a bracket that was not opened"}),
    [](const auto& test) { return test.param.name; });

TEST(JsonLinesCutterTest, RefusesARecordBeyondTheLimit) {
  for (const std::size_t bytes : {10UL, 11UL}) {
    JsonLinesCutter cutter;
    const auto pages = CutAll(cutter, std::string(bytes, '1'), 3, {.record_bytes_max = 10});
    EXPECT_EQ(pages.ok(), bytes == 10);
    if (!pages.ok()) {
      EXPECT_EQ(base::ReasonOf(pages.status()), Reason::kResponseTooLarge);
    }
  }
}

}  // namespace
}  // namespace syncline::decode
