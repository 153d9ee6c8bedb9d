#include "secret/secret.h"

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <gtest/gtest.h>

#include <cstring>
#include <new>
#include <ostream>
#include <type_traits>

#include "base/log.h"

namespace syncline::secret {
namespace {

static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);
static_assert(!std::is_convertible_v<std::string, Secret> &&
              !std::is_convertible_v<Secret, std::string>);
static_assert(!std::is_convertible_v<Secret, std::string_view>);
static_assert(std::is_nothrow_move_constructible_v<Secret>, "containers move it, never copy");

// I5: it prints by no road: no stream, no fmt, no comparison that would tell its bytes by accident.
template <typename T>
concept Streamable = requires(std::ostream& out, const T& value) {
  out << value;
};
template <typename T>
concept Comparable = requires(const T& a, const T& b) {
  a == b;
};
static_assert(Streamable<int> && !Streamable<Secret>);
static_assert(fmt::is_formattable<int>::value && !fmt::is_formattable<Secret>::value);
static_assert(Comparable<int> && !Comparable<Secret>);
static_assert(!std::is_constructible_v<base::LogField, const char*, const Secret&>,
              "no log field takes one");

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
