#include "http/slots.h"

#include <gtest/gtest.h>

namespace syncline::http {
namespace {

using std::chrono::milliseconds;

constexpr base::SteadyTime kNow{std::chrono::hours(1)};

TEST(Slots, ComeOneByOne) {
  Slots slots(kNow, kNow + milliseconds(500), milliseconds(100), 3);
  EXPECT_EQ(slots.At(0), kNow + milliseconds(500));
  EXPECT_EQ(slots.At(2), kNow + milliseconds(700));
  EXPECT_EQ(slots.At(3), kNow + milliseconds(800)) << "of a batch that would follow at once";
  slots.Use();
  EXPECT_EQ(slots.At(0), kNow + milliseconds(600));
  EXPECT_EQ(slots.left(), 2);
}

TEST(Slots, OfTheBurstCanBeUsedAtOnce) {
  Slots slots(kNow, kNow - milliseconds(500), milliseconds(100), 4);
  EXPECT_EQ(slots.At(3), kNow);
  slots.DropLate(kNow);
  EXPECT_EQ(slots.left(), 4);
}

TEST(Slots, AreLostWhenNobodyComes) {
  Slots slots(kNow, kNow, milliseconds(100), 3);
  slots.DropLate(kNow + milliseconds(100));
  EXPECT_EQ(slots.left(), 3) << "late by an interval";
  slots.DropLate(kNow + milliseconds(201));
  EXPECT_EQ(slots.left(), 1);
  EXPECT_FALSE(slots.all_used());
  slots.DropLate(kNow + std::chrono::hours(1));
  EXPECT_EQ(slots.left(), 0);
}

TEST(Slots, OfAHighRateMayBeALittleLate) {
  Slots slots(kNow, kNow, std::chrono::microseconds(100), 1);
  slots.DropLate(kNow + Slots::kLateMin);
  EXPECT_EQ(slots.left(), 1);
  slots.DropLate(kNow + Slots::kLateMin + std::chrono::microseconds(1));
  EXPECT_EQ(slots.left(), 0);
}

TEST(Slots, OfNoBatchAreNone) {
  Slots slots;
  slots.DropLate(kNow);
  EXPECT_EQ(slots.left(), 0);
  EXPECT_LE(slots.At(0), kNow);
}

}  // namespace
}  // namespace syncline::http
