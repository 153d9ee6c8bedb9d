#include "http/cookie_header.h"

#include <gtest/gtest.h>

namespace syncline::http {
namespace {

TEST(SetCookie, JoinsTheHeaderThatIsThere) {
  const struct {
    const char* before;
    const char* after;
  } cases[] = {
      {"", "sid=1"},
      {"lang=en", "lang=en; sid=1"},
      {"lang=en; tz=utc", "lang=en; tz=utc; sid=1"},
      {"sid=old; lang=en", "lang=en; sid=1"},
      {"sid=old", "sid=1"},
      {"sid2=x;;  sid", "sid2=x; sid=1"},
  };
  for (const auto& [before, after] : cases) {
    http::Headers headers;
    if (*before != '\0') headers.Add("cookie", before);
    SetCookie("sid", "1", &headers);
    EXPECT_EQ(headers.Find("Cookie"), after) << before;
    EXPECT_EQ(headers.all().size(), 1U) << before;
  }
}

TEST(IsCookieValue, FollowsTheStandard) {
  EXPECT_TRUE(IsCookieValue(""));
  EXPECT_TRUE(IsCookieValue("a=b/c+d!#~"));
  for (const char* text : {"a b", "a;b", "a,b", "\"a\"", "a\\b", "a\n", "caf\xC3\xA9"}) {
    EXPECT_FALSE(IsCookieValue(text)) << text;
  }
}

TEST(IsSendableCookieValue, LeavesTheRestToTheVendor) {
  EXPECT_TRUE(IsSendableCookieValue("a b, \"c\""));
  EXPECT_FALSE(IsSendableCookieValue("a;b"));
  EXPECT_FALSE(IsSendableCookieValue("a\r\nX: 1"));
}

}  // namespace
}  // namespace syncline::http
