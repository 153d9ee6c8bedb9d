#include "credential/data_key_cache.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/fake_clock.h"

namespace syncline::credential {
namespace {

using secret::Secret;

TEST(DataKeyCacheTest, IsBoundedInCount) {
  test::FakeClock clock;
  DataKeyCache cache(clock);
  for (std::size_t i = 0; i <= DataKeyCache::kCountMax; ++i) {
    cache.Put(std::to_string(i), Secret(std::to_string(i)));
  }
  EXPECT_EQ(cache.size(), DataKeyCache::kCountMax);
  EXPECT_FALSE(cache.Find("0").has_value()) << "the oldest goes first";
  EXPECT_EQ(cache.Find("1000")->Reveal(), "1000");
  cache.Put("1000", Secret("again"));
  EXPECT_EQ(cache.size(), DataKeyCache::kCountMax);
  EXPECT_EQ(cache.Find("1000")->Reveal(), "again");
}

TEST(DataKeyCacheTest, IsBoundedInTime) {
  test::FakeClock clock;
  DataKeyCache cache(clock);
  cache.Put("a", Secret("1"));
  clock.Advance(DataKeyCache::kLifetime - std::chrono::seconds(1));
  cache.Put("b", Secret("2"));
  EXPECT_TRUE(cache.Find("a").has_value());
  clock.Advance(std::chrono::seconds(1));
  EXPECT_FALSE(cache.Find("a").has_value()) << "finding it does not make it live longer";
  EXPECT_EQ(cache.size(), 1U);
}

}  // namespace
}  // namespace syncline::credential
