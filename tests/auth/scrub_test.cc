#include "auth/scrub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "secret/digest.h"

namespace syncline::auth {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Scrubber, FindsEveryForm) {
  const struct {
    const char* name;
    const char* form;
  } cases[] = {
      {"plain", "p/a\"s+s ?>"},
      {"json", "p/a\\\"s+s ?>"},
      {"json with slashes", "p\\/a\\\"s+s ?>"},
      {"percent", "p%2Fa%22s%2Bs%20%3F%3E"},
      {"percent, lower case", "p%2fa%22s%2bs%20%3f%3e"},
      {"form", "p%2Fa%22s%2Bs+%3F%3E"},
      {"form, lower case", "p%2fa%22s%2bs+%3f%3e"},
      {"base64", "cC9hInMrcyA/Pg=="},
      {"base64 without padding", "cC9hInMrcyA/Pg"},
      {"base64url", "cC9hInMrcyA_Pg"},
      {"hex", "702f6122732b73203f3e"},
      {"HEX", "702F6122732B73203F3E"},
  };
  Scrubber scrubber;
  scrubber.Add("p/a\"s+s ?>");
  for (const auto& [name, form] : cases) {
    const std::string scrubbed = scrubber.Scrub("you sent <" + std::string(form) + "> twice");
    EXPECT_THAT(scrubbed, Not(HasSubstr(form))) << name;
    EXPECT_THAT(scrubbed, testing::StartsWith("you sent <[withheld]")) << name;
    EXPECT_THAT(scrubbed, testing::EndsWith("> twice")) << name;
  }
}

TEST(Scrubber, FindsWhatBase64LeavesOfASecretInsideAnotherText) {
  Scrubber scrubber;
  scrubber.Add("sentinel-token");
  for (const std::string before : {"", "a", "me", "you", "user:", "client"}) {
    for (const std::string after : {"", "!", "?!", "..."}) {
      const std::string text = secret::EncodeBase64(before + "sentinel-token" + after);
      const std::string scrubbed = scrubber.Scrub("Basic " + text);
      EXPECT_THAT(scrubbed, HasSubstr("[withheld]")) << before << after;
    }
  }
}

TEST(Scrubber, LeavesOtherTextsAsTheyAre) {
  Scrubber scrubber;
  EXPECT_EQ(scrubber.Scrub("anything"), "anything");
  scrubber.Add("sentinel");
  EXPECT_EQ(scrubber.Scrub(""), "");
  EXPECT_EQ(scrubber.Scrub("wrong password, sent"), "wrong password, [withheld]");  // a cut form
  EXPECT_EQ(scrubber.Scrub("it was sen"), "it was sen");
}

TEST(Scrubber, TakesEveryOccurrenceOfEverySecretTheLongestFirst) {
  Scrubber scrubber;
  scrubber.Add("sentinel");
  scrubber.Add("sentinel-two");
  EXPECT_EQ(scrubber.Scrub("sentinel sentinel-two sentinel."), "[withheld] [withheld] [withheld].");
}

TEST(Scrubber, ASecretThatIsInEveryTextIsNotSearched) {
  Scrubber scrubber;
  scrubber.Add("x");
  EXPECT_EQ(scrubber.Scrub("xyz"), "xyz");
  EXPECT_TRUE(scrubber.empty());
}

}  // namespace
}  // namespace syncline::auth
