#include "secret/secret.h"

#include <gtest/gtest.h>

#include <cstring>
#include <new>
#include <type_traits>

namespace syncline::secret {
namespace {

static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);
static_assert(!std::is_convertible_v<std::string, Secret> &&
              !std::is_convertible_v<Secret, std::string>);
static_assert(!std::is_convertible_v<Secret, std::string_view>);

TEST(SecretTest, MovesAndClones) {
  Secret secret("a token that is longer than the inner buffer");
  const Secret clone = secret.Clone();
  Secret moved(std::move(secret));
  EXPECT_EQ(moved.Reveal(), clone.Reveal());
  EXPECT_TRUE(secret.empty());  // NOLINT: the state after a move is promised
  Secret assigned("short");
  assigned = std::move(moved);
  EXPECT_EQ(assigned.Reveal(), clone.Reveal());
  EXPECT_TRUE(moved.empty());  // NOLINT
}

// A short string lives inside the object, where a plain move would leave its bytes behind.
TEST(SecretTest, BytesAreWipedOnMoveAndDestruction) {
  alignas(Secret) unsigned char place[sizeof(Secret)];
  auto* secret = new (place) Secret("hunter2");
  auto holds = [&place] {
    return std::string_view(reinterpret_cast<const char*>(place), sizeof(place)).find("hunter") !=
           std::string_view::npos;
  };
  EXPECT_TRUE(holds());
  {
    const Secret moved(std::move(*secret));
    EXPECT_FALSE(holds());
  }
  *secret = Secret("hunter2");
  EXPECT_TRUE(holds());
  secret->~Secret();
  EXPECT_FALSE(holds());
}

}  // namespace
}  // namespace syncline::secret
