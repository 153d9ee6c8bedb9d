#include "auth/aws_canonical_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace syncline::auth {
namespace {

// The line of the canonical request that is the path (1) or the query (2).
std::string Line(int number, std::string_view path, std::string_view query,
                 const AwsSigningRules& rules) {
  std::string text = CanonicalizeForAws("GET", path, query, {}, "hash", rules).text;
  for (int i = 0; i < number; ++i) text = text.substr(text.find('\n') + 1);
  return text.substr(0, text.find('\n'));
}

struct PathCase {
  const char* name;
  const char* sent;
  const char* others;
  const char* s3;
};

class AwsPath : public testing::TestWithParam<PathCase> {};

TEST_P(AwsPath, IsCanonical) {
  EXPECT_EQ(Line(1, GetParam().sent, "", AwsRulesOf("iam")), GetParam().others);
  EXPECT_EQ(Line(1, GetParam().sent, "", AwsRulesOf("s3")), GetParam().s3);
}

INSTANTIATE_TEST_SUITE_P(
    Table, AwsPath,
    testing::Values(PathCase{"Root", "/", "/", "/"}, PathCase{"Empty", "", "/", "/"},
                    PathCase{"Plain", "/a/b-_.~", "/a/b-_.~", "/a/b-_.~"},
                    PathCase{"Escape", "/a%20b", "/a%2520b", "/a%20b"},
                    PathCase{"LowerEscape", "/a%3ab", "/a%253ab", "/a%3Ab"},
                    PathCase{"EscapedLetter", "/%41", "/%2541", "/A"},
                    PathCase{"Colon", "/tags/arn:aws", "/tags/arn%3Aaws", "/tags/arn%3Aaws"},
                    PathCase{"Plus", "/a+b", "/a%2Bb", "/a%2Bb"},
                    PathCase{"Utf8", "/\xC3\xA9", "/%C3%A9", "/%C3%A9"},
                    PathCase{"Slashes", "//a//b//", "/a/b/", "//a//b//"},
                    PathCase{"Dots", "/a/./b/../c", "/a/c", "/a/./b/../c"},
                    PathCase{"DotAtTheEnd", "/a/.", "/a/", "/a/."},
                    PathCase{"TwoDotsAtTheEnd", "/a/b/..", "/a/", "/a/b/.."},
                    PathCase{"AboveTheRoot", "/../..", "/", "/../.."},
                    PathCase{"EscapedDots", "/a/%2E%2E", "/a/%252E%252E", "/a/.."},
                    PathCase{"EscapedSlash", "/a%2Fb", "/a%252Fb", "/a/b"},
                    PathCase{"NoEscape", "/100%", "/100%25", "/100%25"}),
    [](const auto& row) { return row.param.name; });

struct QueryCase {
  const char* name;
  const char* sent;
  const char* canonical;
};

class AwsQuery : public testing::TestWithParam<QueryCase> {};

TEST_P(AwsQuery, IsCanonical) {
  EXPECT_EQ(Line(2, "/", GetParam().sent, AwsRulesOf("iam")), GetParam().canonical);
}

INSTANTIATE_TEST_SUITE_P(
    Table, AwsQuery,
    testing::Values(QueryCase{"Empty", "", ""}, QueryCase{"Sorted", "b=2&a=1", "a=1&b=2"},
                    QueryCase{"RepeatedByValue", "a=2&a=10&a=1", "a=1&a=10&a=2"},
                    QueryCase{"ByNameBeforeValue", "a-b=1&a=2", "a=2&a-b=1"},
                    QueryCase{"CapitalsFirst", "a=1&B=2", "B=2&a=1"},
                    QueryCase{"SortedByItsEncoding", "z=1&\xE1\x88\xB4=2", "%E1%88%B4=2&z=1"},
                    QueryCase{"NoValue", "acl", "acl="}, QueryCase{"EmptyValue", "acl=", "acl="},
                    QueryCase{"LowerEscape", "a=%2f%2F", "a=%2F%2F"},
                    QueryCase{"SlashAndColon", "a=/x:y", "a=%2Fx%3Ay"},
                    QueryCase{"EqualsInValue", "a=b=c==", "a=b%3Dc%3D%3D"},
                    QueryCase{"PlusIsSpace", "a=x+y", "a=x%20y"},
                    QueryCase{"EmptyParts", "&&a=1&", "a=1"},
                    QueryCase{"NeedlessEscape", "%61=%7E", "a=~"}),
    [](const auto& row) { return row.param.name; });

TEST(AwsHeaders, AreTrimmedJoinedAndSorted) {
  http::Headers headers;
  headers.Add("Host", "h.example");
  headers.Add("X-B", "  two   words \t");
  headers.Add("x-a", "1");
  headers.Add("X-A", " 2 ");
  headers.Add("X-Ab", "");
  for (const char* unsigned_name : {"Authorization", "User-Agent", "Connection", "Expect", "TE",
                                    "Accept-Encoding", "X-Amzn-Trace-Id", "Transfer-Encoding"}) {
    headers.Add(unsigned_name, "x");
  }
  const AwsCanonicalRequest canonical =
      CanonicalizeForAws("POST", "/", "", headers, "hash", AwsRulesOf("iam"));
  EXPECT_EQ(canonical.signed_headers, "host;x-a;x-ab;x-b");
  EXPECT_EQ(canonical.text,
            "POST\n/\n\nhost:h.example\nx-a:1,2\nx-ab:\nx-b:two words\n\nhost;x-a;x-ab;x-b\nhash");
}

TEST(AwsRules, AreThoseOfTheService) {
  for (const char* service : {"s3", "s3-outposts", "s3-object-lambda", "s3express"}) {
    const AwsSigningRules rules = AwsRulesOf(service);
    EXPECT_FALSE(rules.encode_path_twice) << service;
    EXPECT_FALSE(rules.normalize_path) << service;
    EXPECT_TRUE(rules.send_content_sha256) << service;
  }
  EXPECT_TRUE(AwsRulesOf("aoss").send_content_sha256);
  EXPECT_TRUE(AwsRulesOf("aoss").encode_path_twice);
  EXPECT_FALSE(AwsRulesOf("iam").send_content_sha256);
}

struct UrlCase {
  const char* name;
  const char* url;
  const char* sent;
};

class UnambiguousUrl : public testing::TestWithParam<UrlCase> {};

TEST_P(UnambiguousUrl, IsWhatGoesOut) {
  http::Url url = *http::Url::Parse(GetParam().url);
  MakeUnambiguous(&url);
  EXPECT_EQ(url.ToString(), GetParam().sent);
  const http::Url again = *http::Url::Parse(url.ToString());
  EXPECT_EQ(again.ToString(), GetParam().sent) << "nothing rewrites it";
  MakeUnambiguous(&url);
  EXPECT_EQ(url.ToString(), GetParam().sent) << "twice is once";
}

INSTANTIATE_TEST_SUITE_P(
    Table, UnambiguousUrl,
    testing::Values(UrlCase{"Root", "https://h.example", "https://h.example/"},
                    UrlCase{"Port", "http://h.example:8080/a?b", "http://h.example:8080/a?b"},
                    UrlCase{"OrderStays", "https://h/?b=2&a=1", "https://h/?b=2&a=1"},
                    UrlCase{"Plus", "https://h/a+b?a=x+y", "https://h/a%2Bb?a=x%20y"},
                    UrlCase{"Reserved", "https://h/a:b@c?a=/:@!$'()*,;",
                            "https://h/a%3Ab%40c?a=%2F%3A%40%21%24%27%28%29%2A%2C%3B"},
                    UrlCase{"Escapes", "https://h/%2f%7e?a=%2f%7e", "https://h/%2F~?a=%2F~"},
                    UrlCase{"EscapedDots", "https://h/a/%2e%2E/b", "https://h/a/%2E%2E/b"},
                    UrlCase{"Slashes", "https://h//a//", "https://h//a//"},
                    UrlCase{"NoValue", "https://h/?acl&x=", "https://h/?acl&x="},
                    UrlCase{"EmptyParts", "https://h/?&&a=1&", "https://h/?a=1"}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace syncline::auth
