#include "auth/cookie_jar.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/fake_clock.h"

namespace syncline::auth {
namespace {

using std::chrono::hours;

const base::Time kNow = test::FakeClock().Now();  // 2026-01-01T00:00:00Z

void Take(CookieJar* jar, const std::string& url, const std::string& line, base::Time now = kNow) {
  http::Headers headers;
  headers.Add("Set-Cookie", line);
  jar->Take(headers, *http::Url::Parse(url), now);
}

std::string SentTo(const CookieJar& jar, const std::string& url, base::Time now = kNow) {
  http::Request request{.url = *http::Url::Parse(url)};
  jar.Put(now, &request);
  return std::string(request.headers.Find("Cookie").value_or(""));
}

TEST(CookieJar, SendsCookiesWhereTheyBelong) {
  const struct {
    const char* set_by;
    const char* line;
    const char* asked;
    const char* sent;
  } cases[] = {
      {"https://a.example/login", "sid=1", "https://a.example/list", "sid=1"},
      {"https://a.example/login", "sid=1", "https://a.example:8443/list", "sid=1"},
      {"https://a.example/login", "sid=1", "https://b.example/list", ""},
      {"https://a.example/login", "sid=1", "https://sub.a.example/list", ""},
      // Paths (RFC 6265 5.1.4).
      {"https://a.example/api/v1/login", "sid=1", "https://a.example/api/v1/list", "sid=1"},
      {"https://a.example/api/v1/login", "sid=1", "https://a.example/api/v2/list", ""},
      {"https://a.example/login", "sid=1; Path=/api", "https://a.example/api", "sid=1"},
      {"https://a.example/login", "sid=1; Path=/api", "https://a.example/api/x", "sid=1"},
      {"https://a.example/login", "sid=1; Path=/api", "https://a.example/apix", ""},
      {"https://a.example/x/login", "sid=1; Path=/", "https://a.example/list", "sid=1"},
      {"https://a.example/login", "sid=1; path=relative", "https://a.example/x", "sid=1"},
      // Secure.
      {"https://a.example/", "sid=1; Secure; HttpOnly", "http://a.example/", ""},
      {"https://a.example/", "sid=1; secure", "https://a.example/", "sid=1"},
      // Domains.
      {"https://auth.v.example/", "sid=1; Domain=v.example", "https://api.v.example/", "sid=1"},
      {"https://auth.v.example/", "sid=1; Domain=.V.Example", "https://v.example/", "sid=1"},
      {"https://auth.v.example/", "sid=1; Domain=v.example", "https://evilv.example/", ""},
      {"https://auth.v.example/", "sid=1; Domain=other.example", "https://other.example/", ""},
      {"https://auth.v.example/", "sid=1; Domain=example", "https://b.example/", ""},
      {"http://127.0.0.1/", "sid=1; Domain=127.0.0.1", "http://127.0.0.1/", "sid=1"},
      {"http://127.0.0.1/", "sid=1; Domain=0.0.1", "http://127.0.0.1/", ""},
      // Ends.
      {"https://a.example/", "sid=1; Max-Age=10", "https://a.example/", "sid=1"},
      {"https://a.example/", "sid=1; Max-Age=0", "https://a.example/", ""},
      {"https://a.example/", "sid=1; Max-Age=-1", "https://a.example/", ""},
      {"https://a.example/", "sid=1; Max-Age=soon", "https://a.example/", "sid=1"},
      {"https://a.example/", "sid=1; Expires=Thu, 01 Jan 2026 00:00:01 GMT", "https://a.example/",
       "sid=1"},
      {"https://a.example/", "sid=1; Expires=Wed, 31-Dec-2025 23:59:59 GMT", "https://a.example/",
       ""},
      {"https://a.example/", "sid=1; Max-Age=9; Expires=Wed, 31-Dec-2025 23:59:59 GMT",
       "https://a.example/", "sid=1"},
      // Values, and what is none.
      {"https://a.example/", " sid = \"a b\" ; x", "https://a.example/", "sid=\"a b\""},
      {"https://a.example/", "sid=a=b==", "https://a.example/", "sid=a=b=="},
      {"https://a.example/", "sid=", "https://a.example/", "sid="},
      {"https://a.example/", "sid", "https://a.example/", ""},
      {"https://a.example/", "=1", "https://a.example/", ""},
      {"https://a.example/", "s d=1", "https://a.example/", ""},
  };
  for (const auto& [set_by, line, asked, sent] : cases) {
    CookieJar jar;
    Take(&jar, set_by, line);
    EXPECT_EQ(SentTo(jar, asked), sent) << set_by << " " << line << " " << asked;
  }
}

TEST(CookieJar, ForgetsWhatHasEnded) {
  CookieJar jar;
  Take(&jar, "https://a.example/", "sid=1; Max-Age=3600");
  EXPECT_EQ(SentTo(jar, "https://a.example/", kNow + hours(1) - std::chrono::seconds(1)), "sid=1");
  EXPECT_EQ(SentTo(jar, "https://a.example/", kNow + hours(1)), "");
  Take(&jar, "https://a.example/", "sid=; Max-Age=0");
  EXPECT_TRUE(jar.empty());
}

TEST(CookieJar, ReplacesByNameDomainAndPathAndSendsLongerPathsFirst) {
  CookieJar jar;
  Take(&jar, "https://a.example/", "sid=1");
  Take(&jar, "https://a.example/", "sid=2");
  Take(&jar, "https://a.example/", "deep=3; Path=/api");
  EXPECT_EQ(SentTo(jar, "https://a.example/api/x"), "deep=3; sid=2");
}

TEST(CookieJar, IsBounded) {
  CookieJar jar;
  Take(&jar, "https://a.example/", "big=" + std::string(CookieJar::kBytesMax, 'x'));
  EXPECT_TRUE(jar.empty());
  for (std::size_t i = 0; i < CookieJar::kCookiesMax + 1; ++i) {
    Take(&jar, "https://a.example/", "c" + std::to_string(i) + "=1");
  }
  EXPECT_EQ(jar.cookies().size(), CookieJar::kCookiesMax);
  EXPECT_EQ(jar.cookies().front().name, "c1");
}

}  // namespace
}  // namespace syncline::auth
