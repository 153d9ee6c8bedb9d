#include "secret/token_sealer.h"

#include <gtest/gtest.h>

#include "base/status.h"

namespace syncline::secret {
namespace {

const Secret kOne(std::string(32, '1'));
const Secret kTwo(std::string(32, '2'));

bool Refused(const absl::StatusOr<std::string>& opened) {
  return !opened.ok() && base::ReasonOf(opened.status()) == base::Reason::kPageTokenInvalid;
}

TEST(TokenSealerTest, OpensOnlyForTheRequestItWasMadeFor) {
  const TokenSealer sealer(kOne);
  const std::string token = sealer.Seal("after=42", "List|workspaces/a");
  EXPECT_EQ(*sealer.Open(token, "List|workspaces/a"), "after=42");
  EXPECT_TRUE(Refused(sealer.Open(token, "List|workspaces/b")));
  EXPECT_TRUE(Refused(sealer.Open("", "List|workspaces/a")));
  EXPECT_TRUE(Refused(sealer.Open("!!", "List|workspaces/a")));
  EXPECT_TRUE(Refused(sealer.Open(std::string(5'000, 'A'), "List|workspaces/a")));
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string altered = token;
    altered[i] = altered[i] == 'A' ? 'B' : 'A';
    EXPECT_TRUE(Refused(sealer.Open(altered, "List|workspaces/a"))) << i;
  }
}

TEST(TokenSealerTest, BorderBetweenBindingAndPayloadIsKept) {
  const TokenSealer sealer(kOne);
  EXPECT_NE(sealer.Seal("bc", "a").substr(0, 20), sealer.Seal("c", "ab").substr(0, 20));
}

TEST(TokenSealerTest, AnotherRootRefuses) {
  const std::string token = TokenSealer(kOne).Seal("p", "b");
  EXPECT_EQ(*TokenSealer(kOne).Open(token, "b"), "p");
  EXPECT_TRUE(Refused(TokenSealer(kTwo).Open(token, "b")));
}

}  // namespace
}  // namespace syncline::secret
