#include "base/random.h"

#include <gtest/gtest.h>

#include "base/hash.h"

namespace syncline::base {
namespace {

TEST(RandomTest, FractionStaysInRangeAndRepeatsFromItsSeed) {
  SeededRandom a(7);
  SeededRandom b(7);
  for (int i = 0; i < 1000; ++i) {
    const double fraction = a.Fraction();
    EXPECT_GE(fraction, 0.0);
    EXPECT_LT(fraction, 1.0);
    EXPECT_EQ(fraction, b.Fraction());
  }
}

TEST(UuidV7Test, HasVersionVariantAndSortsByTime) {
  SeededRandom random(1);
  const Time early{std::chrono::milliseconds(1'700'000'000'000)};
  const std::string first = MakeUuidV7(early, random);
  const std::string second = MakeUuidV7(early + std::chrono::milliseconds(1), random);
  ASSERT_EQ(first.size(), 36U);
  EXPECT_EQ(first.substr(0, 13), "018bcfe5-6800");
  EXPECT_EQ(first[14], '7');
  EXPECT_NE(std::string("89ab").find(first[19]), std::string::npos);
  EXPECT_LT(first, second);
  EXPECT_NE(MakeUuidV7(early, random), MakeUuidV7(early, random));
}

TEST(HashTest, MatchesThePublishedValueOfXxh3) {
  // XXH3_128bits of the empty input, seed 0 (xxHash's own test vectors).
  EXPECT_EQ(HashBytes(""), (Hash128{0x99aa06d3014798d8U, 0x6001c324468d497fU}));
  EXPECT_NE(HashBytes("a"), HashBytes("b"));
  EXPECT_NE(HashBytes("a", 1), HashBytes("a", 2));
}

}  // namespace
}  // namespace syncline::base
