#include "base/key_table.h"

#include <gtest/gtest.h>

namespace syncline::base {
namespace {

TEST(KeyTableTest, FindsWhatWasAdded) {
  std::vector<Hash128> keys = {{1, 8}, {2, 8}, {3, 8}, {1, 9}};  // three begin at one slot
  KeyTable table(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    EXPECT_EQ(table.Find(keys[i], keys), std::nullopt);
    EXPECT_EQ(table.FindOrAdd(keys[i], i, keys), i);
  }
  for (std::size_t i = 0; i < keys.size(); ++i) {
    EXPECT_EQ(table.Find(keys[i], keys), i);
    EXPECT_EQ(table.FindOrAdd(keys[i], 99, keys), i) << "the first one counts";
  }
  EXPECT_EQ(table.Find({4, 8}, keys), std::nullopt);
}

TEST(KeyTableTest, AnEmptyTableHasRoomForNothingAndFindsNothing) {
  EXPECT_EQ(KeyTable(0).Find({1, 1}, {}), std::nullopt);
}

}  // namespace
}  // namespace syncline::base
