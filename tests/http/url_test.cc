#include <gtest/gtest.h>

#include <string>

#include "base/status.h"
#include "http/message.h"
#include "http/query.h"

namespace syncline::http {
namespace {

struct UrlCase {
  const char* name;
  std::string text;
  std::string expected;  // "" = refused
};

class UrlParse : public testing::TestWithParam<UrlCase> {};

TEST_P(UrlParse, NormalisesOrRefuses) {
  const auto url = Url::Parse(GetParam().text);
  if (GetParam().expected.empty()) {
    ASSERT_FALSE(url.ok()) << url->ToString();
    EXPECT_EQ(base::ReasonOf(url.status()), base::Reason::kUrlInvalid);
  } else {
    ASSERT_TRUE(url.ok()) << base::MessageOf(url.status());
    EXPECT_EQ(url->ToString(), GetParam().expected);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, UrlParse,
    testing::Values(
        UrlCase{"Plain", "https://a.example/v1/x?y=1", "https://a.example/v1/x?y=1"},
        UrlCase{"NoPath", "https://a.example", "https://a.example/"},
        UrlCase{"QueryWithoutPath", "https://a.example?x=1", "https://a.example/?x=1"},
        UrlCase{"LowersSchemeAndHost", "HTTPS://A.Example/P", "https://a.example/P"},
        UrlCase{"DefaultPortGoes", "https://a.example:443/", "https://a.example/"},
        UrlCase{"OtherPortStays", "http://a.example:8080/", "http://a.example:8080/"},
        UrlCase{"Ipv4", "http://127.0.0.1:80/x", "http://127.0.0.1/x"},
        UrlCase{"Ipv6", "http://[::1]:8080/x", "http://[::1]:8080/x"},
        UrlCase{"FragmentGoes", "http://a/x?y#z", "http://a/x?y"},
        UrlCase{"SpaceAndUtf8AreEncoded", "http://a/x y?q=\xC3\xBC", "http://a/x%20y?q=%C3%BC"},
        UrlCase{"EscapesStay", "http://a/%2fx?q=%zz", "http://a/%2fx?q=%25zz"},
        UrlCase{"DotSegmentsGo", "http://a/b/../c/./d/..", "http://a/c/"},
        UrlCase{"DotSegmentsCannotLeaveTheRoot", "http://a/../../c", "http://a/c"},
        UrlCase{"NoScheme", "a.example/x", ""}, UrlCase{"OtherScheme", "ftp://a/x", ""},
        UrlCase{"FileScheme", "file:///etc/passwd", ""}, UrlCase{"OneSlash", "http:/a/x", ""},
        UrlCase{"Userinfo", "http://me:pass@a/x", ""},
        UrlCase{"UserinfoTrick", "http://good.example@evil.example/", ""},
        UrlCase{"NoHost", "http:///x", ""}, UrlCase{"PortZero", "http://a:0/", ""},
        UrlCase{"PortTooLarge", "http://a:65536/", ""}, UrlCase{"PortText", "http://a:x/", ""},
        UrlCase{"HexAddress", "http://0x7f.1/", ""},
        UrlCase{"DecimalAddress", "http://2130706433/", ""},
        UrlCase{"ShortAddress", "http://127.1/", ""}, UrlCase{"BadIpv6", "http://[::g]/", ""},
        UrlCase{"OpenBracket", "http://[::1/", ""},
        UrlCase{"ZoneId", "http://[fe80::1%25eth0]/", ""},
        UrlCase{"EmptyLabel", "http://a..b/", ""}, UrlCase{"PercentInHost", "http://a%2eb/", ""},
        UrlCase{"BackslashInHost", "http://a\\b/", ""}, UrlCase{"LineFeed", "http://a/x\ny", ""},
        UrlCase{"TooLong", "http://a/" + std::string(8200, 'x'), ""}),
    [](const auto& test) { return test.param.name; });

struct ReferenceCase {
  const char* reference;
  const char* expected;
};

// RFC 3986 5.4, over http, without what this parser refuses.
TEST(ResolveReference, FollowsTheExamplesOfTheStandard) {
  const Url base = *Url::Parse("http://a/b/c/d;p?q");
  const ReferenceCase cases[] = {
      {"g", "http://a/b/c/g"},
      {"./g", "http://a/b/c/g"},
      {"g/", "http://a/b/c/g/"},
      {"/g", "http://a/g"},
      {"//g", "http://g/"},
      {"?y", "http://a/b/c/d;p?y"},
      {"g?y", "http://a/b/c/g?y"},
      {"#s", "http://a/b/c/d;p?q"},
      {"", "http://a/b/c/d;p?q"},
      {".", "http://a/b/c/"},
      {"..", "http://a/b/"},
      {"../g", "http://a/b/g"},
      {"../..", "http://a/"},
      {"../../g", "http://a/g"},
      {"../../../g", "http://a/g"},
      {"/./g", "http://a/g"},
      {"g.", "http://a/b/c/g."},
      {"./g/.", "http://a/b/c/g/"},
      {"g;x=1/../y", "http://a/b/c/y"},
      {"g?y/../x", "http://a/b/c/g?y/../x"},
      {"http://h/i", "http://h/i"},
      {"?next=http://x/", "http://a/b/c/d;p?next=http://x/"},
  };
  for (const auto& [reference, expected] : cases) {
    const auto url = ResolveReference(base, reference);
    ASSERT_TRUE(url.ok()) << reference;
    EXPECT_EQ(url->ToString(), expected) << reference;
  }
  EXPECT_FALSE(ResolveReference(base, "mailto:me@example").ok());
  EXPECT_FALSE(ResolveReference(base, "javascript:1").ok());
}

TEST(Url, ForLogLeavesOutTheQuery) {
  EXPECT_EQ(Url::Parse("https://a:8443/p?token=t")->ForLog(), "https://a:8443/p");
}

TEST(ParseQuery, DecodesAsAFormDoes) {
  using Parameters = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(ParseQuery(""), Parameters());
  EXPECT_EQ(ParseQuery("a=1&b=x+y%26z&&c&=d&a=%zz"),
            (Parameters{{"a", "1"}, {"b", "x y&z"}, {"c", ""}, {"", "d"}, {"a", "%zz"}}));
}

TEST(QueryParameter, ReplacesEveryOneOfThatNameOrAppends) {
  Url url = *Url::Parse("http://a/?limit=1&x=2&%6Cimit=3&limit");
  SetQueryParameter(&url, "limit", "50");
  EXPECT_EQ(url.query, "limit=50&x=2");
  SetQueryParameter(&url, "q", "a b&c=\xC3\xBC/+");
  EXPECT_EQ(url.query, "limit=50&x=2&q=a%20b%26c%3D%C3%BC%2F%2B");
  RemoveQueryParameter(&url, "x");
  EXPECT_EQ(url.query, "limit=50&q=a%20b%26c%3D%C3%BC%2F%2B");
}

TEST(Headers, NamesCompareWithoutCase) {
  Headers headers;
  headers.Add("Link", "one");
  headers.Add("LINK", "two");
  EXPECT_EQ(headers.Find("link"), "one");
  headers.Set("lInK", "three");
  EXPECT_EQ(headers.all().size(), 1U);
  EXPECT_EQ(headers.Find("Link"), "three");
  EXPECT_EQ(headers.Find("Lin"), std::nullopt);
}

TEST(Headers, GrammarOfNamesAndValues) {
  EXPECT_TRUE(IsHeaderName("X-Api_Key.1"));
  for (const char* name : {"", "X Key", "X:", "X\r", "\xC3\xBC", "a/b"})
    EXPECT_FALSE(IsHeaderName(name));
  EXPECT_TRUE(IsHeaderValue("Bearer a\tb \xC3\xBC"));
  for (const char* value : {"a\r\nX: y", "a\n", "\x7F"}) EXPECT_FALSE(IsHeaderValue(value));
  EXPECT_FALSE(IsHeaderValue(std::string_view("a\0b", 3)));
}

}  // namespace
}  // namespace syncline::http
