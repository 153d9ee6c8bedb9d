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
// What resolvers, proxies or browsers would read as 127.0.0.1, ::1 or 169.254.169.254: no host at
// all, so that nobody has to agree on what it means. Only the two standard spellings are addresses.
class OddHost : public testing::TestWithParam<const char*> {};

TEST_P(OddHost, IsNoHost) {
  for (const char* scheme : {"http://", "https://"}) {
    for (const char* rest : {"/", ":8443/x", "", "?q", "#f"}) {
      const auto url = Url::Parse(std::string(scheme) + GetParam() + rest);
      EXPECT_EQ(base::ReasonOf(url.status()), base::Reason::kUrlInvalid) << GetParam() << rest;
    }
  }
  const auto base = Url::Parse("https://vendor.example/a");
  EXPECT_FALSE(ResolveReference(*base, std::string("//") + GetParam() + "/").ok()) << GetParam();
}

INSTANTIATE_TEST_SUITE_P(
    Ipv4, OddHost,
    testing::Values("0", "2130706433", "2852039166", "4294967295", "4294967296", "0x7f000001",
                    "0X7F000001", "0x7f.0x0.0x0.0x1", "0x7f.1", "127.0x1", "127.0.0.0x1",
                    "017700000001", "0177.0.0.1", "0177.0.0.01", "127.0.0.01", "127.00.0.1",
                    "0000127.0.0.1", "127.1", "127.0.1", "127.0.65537", "127.16777217", "1.2.3.4.5",
                    "256.0.0.1", "127.0.0.256", "127.0.0.1.", "127.1.", "2130706433.", "0x7f.1.",
                    "0177.0.0.1.", "127.0.0.1..", ".127.0.0.1", "127..0.0.1", "127.0.0.+1",
                    "127.0.0.1 ", " 127.0.0.1", "127.0.0.1%20", "127.0.0.1%00",
                    "127.0.0.1%00.vendor.example", "127.0.0.1%2e", "%31%32%37.0.0.1",
                    "127%2e0%2e0%2e1", "[127.0.0.1]", "(127.0.0.1)", "127,0,0,1", "127.0.0.1\\",
                    "vendor.example\\@127.0.0.1", "vendor.example@127.0.0.1", "@127.0.0.1",
                    "vendor.example%40127.0.0.1", "127.0.0.1:80:443", "127.0.0.1:0x1bb"));

INSTANTIATE_TEST_SUITE_P(Ipv6, OddHost,
                         testing::Values("::1", "[::1", "::1]", "[[::1]]", "[::1]x", "[::1%lo]",
                                         "[::1%25lo]", "[::1%1]", "[fe80::1%25eth0]",
                                         "[fe80::1%eth0]", "[::ffff:0x7f.1]", "[::ffff:127.1]",
                                         "[::ffff:127.0.0.01]", "[::ffff:2130706433]",
                                         "[::127.0.0.1.]", "[0::0::1]", "[1:2:3:4:5:6:7:8:9]",
                                         "[::12345]", "[::g]", "[]", "[ ::1]", "[::1 ]",
                                         "[%3a%3a1]", "[v1.::1]", "[::1/128]"));

// Digits and dots of other scripts, which IDNA or a lenient reader turns into ASCII.
INSTANTIATE_TEST_SUITE_P(OtherScripts, OddHost,
                         testing::Values("\uFF11\uFF12\uFF17.0.0.1", "\u2460\u2461\u2466.0.0.1",
                                         "127\u30020\u30020\u30021", "127\uFF0E0\uFF0E0\uFF0E1",
                                         "127\uFF610\uFF610\uFF611", "\u0661\u0662\u0667.0.0.1",
                                         "\U0001D7CF\U0001D7D0\U0001D7D5.0.0.1", "127.0.0.1\u200B",
                                         "\u00AD127.0.0.1", "l\u00F2calhost", "localho\u017Ft",
                                         "xn--\u00E9"));

TEST(Url, TheStandardSpellingsAreAddresses) {
  for (const char* text : {"http://127.0.0.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/",
                           "http://[0:0:0:0:0:FFFF:7F00:1]/", "http://[::7F00:1]/"}) {
    EXPECT_TRUE(Url::Parse(text).ok()) << text;
  }
}

TEST(Url, NamesThatLookLikeNumbersAreNames) {
  for (const char* text : {"http://1password.example/", "http://127.0.0.1.nip.example/",
                           "http://0x7f.example/", "http://2130706433.example./"}) {
    EXPECT_TRUE(Url::Parse(text).ok()) << text;
  }
}

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
