#include "load/link_reader.h"

#include <gtest/gtest.h>

#include <ostream>

namespace syncline::load {

void PrintTo(const BlockRange& range, std::ostream* out) {
  *out << range.begin << ".." << range.end;
}

namespace {

TEST(LinkReaderTest, ScansWhereTheSampleStandsTogether) {
  struct Case {
    const char* name;
    std::vector<std::uint32_t> sample;
    std::vector<BlockRange> ranges;
  };
  for (const Case& row : {
           Case{"nothing has a link", {}, {}},
           Case{"one run, in any order", {12, 10, 11, 15}, {{9, 17}}},
           Case{"from the first block of the table", {0, 0, 1}, {{0, 3}}},
           Case{"all in one block", {7, 7, 7}, {{6, 9}}},
           Case{"one link was moved", {10, 12, 14, 900}, {{9, 16}}},
           Case{"two runs", {10, 12, 300, 304}, {{9, 14}, {299, 306}}},
           Case{"a gap that is just small enough", {10, 18}, {{9, 20}}},
           Case{"a gap that is too wide", {10, 19}, {}},
           Case{"scattered", {5, 100, 200, 300}, {}},
           Case{"more runs than are worth a scan", {1, 2, 30, 31, 60, 61, 90, 91}, {}},
           Case{"more blocks than the page is worth", {1, 9, 17, 25, 33, 41}, {}},
       }) {
    EXPECT_EQ(LinkReader::RangesAround(row.sample, 40), row.ranges) << row.name;
  }
}

}  // namespace
}  // namespace syncline::load
