#include "pull/redaction.h"

#include <gmock/gmock.h>

#include "auth/scrub.h"

namespace syncline::pull {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::Pair;

constexpr const char* kSecret = "sentinel/with&odd=chars";

class RedactionTest : public testing::Test {
 protected:
  RedactionTest() { scrubber_.Add(kSecret); }
  model::Exchange Redacted(model::Exchange exchange) {
    model::Exchange* const one = &exchange;
    Redact(
        [this](std::string text) {
          ++calls_;
          return scrubber_.Scrub(std::move(text));
        },
        {&one, 1});
    return exchange;
  }
  auth::Scrubber scrubber_;
  int calls_ = 0;
};

TEST_F(RedactionTest, NoSecretIsLeftInAnyText) {
  const std::string text = std::string("a ") + kSecret + " b";
  const model::Exchange redacted = Redacted({.partition = text,
                                             .cause = text,
                                             .wait_cause = text,
                                             .url = "http://v.example/" + std::string(kSecret),
                                             .request_headers = {{"X-Echo", text}, {text, "v"}},
                                             .request_body = text,
                                             .response_headers = {{"X-Echo", text}},
                                             .response_body = text,
                                             .judgement = text});
  for (const std::string* shown :
       {&redacted.partition, &redacted.cause, &redacted.wait_cause, &redacted.url,
        &redacted.request_headers[0].second, &redacted.request_headers[1].first,
        &redacted.request_body, &redacted.response_headers[0].second, &redacted.response_body,
        &redacted.judgement}) {
    EXPECT_THAT(*shown, Not(HasSubstr("sentinel")));
    EXPECT_THAT(*shown, HasSubstr("[withheld]"));
  }
  EXPECT_EQ(redacted.response_body, "a [withheld] b");
  EXPECT_EQ(calls_, 1) << "what an authenticator knows is made ready by each call";
}

TEST_F(RedactionTest, ASecretThatTheCutBrokeIsFound) {
  std::string body(ExchangeLog::kBodyBytesMax - 10, 'x');
  body += std::string(kSecret).substr(0, 10);
  const model::Exchange redacted = Redacted({.response_body = body});
  EXPECT_THAT(redacted.response_body, Not(HasSubstr("sentinel")));
  EXPECT_LE(redacted.response_body.size(), ExchangeLog::kBodyBytesMax);
}

struct HeaderCase {
  const char* name;
  const char* header;
  bool shown;
};
class HeaderTable : public RedactionTest, public testing::WithParamInterface<HeaderCase> {};
TEST_P(HeaderTable, WithholdsWhatIsASecretByItsName) {
  const auto redacted = Redacted({.response_headers = {{GetParam().header, "value"}}});
  EXPECT_THAT(redacted.response_headers[0],
              Pair(GetParam().header, GetParam().shown ? "value" : kWithheldValue));
}
INSTANTIATE_TEST_SUITE_P(Table, HeaderTable,
                         testing::Values(HeaderCase{"Cookie", "SET-COOKIE", false},
                                         HeaderCase{"Authorization", "authorization", false},
                                         HeaderCase{"Token", "X-Auth-Token", false},
                                         HeaderCase{"Session", "X-Session-Id", false},
                                         HeaderCase{"Key", "X-Api-Key", false},
                                         HeaderCase{"Type", "Content-Type", true},
                                         HeaderCase{"RateLimit", "X-RateLimit-Remaining", true},
                                         HeaderCase{"RetryAfter", "Retry-After", true}),
                         [](const auto& row) { return row.param.name; });

struct UrlCase {
  const char* name;
  const char* url;
  const char* shown;
};
class UrlTable : public testing::TestWithParam<UrlCase> {};
TEST_P(UrlTable, WithholdsParametersThatAreSecretsByTheirName) {
  EXPECT_EQ(WithoutSecretParameters(GetParam().url), GetParam().shown);
}
INSTANTIATE_TEST_SUITE_P(
    Table, UrlTable,
    testing::Values(
        UrlCase{"NoQuery", "http://v.example/a", "http://v.example/a"},
        UrlCase{"PageToken", "http://v.example/a?page_token=x&limit=2",
                "http://v.example/a?page_token=x&limit=2"},
        UrlCase{"Signature", "http://v.example/a?X-Amz-Signature=abc&x=1",
                "http://v.example/a?X-Amz-Signature=[withheld]&x=1"},
        UrlCase{"AtTheEnd", "http://v.example/a?x&sig=abc", "http://v.example/a?x&sig=[withheld]"},
        UrlCase{"InJson", R"({"u":"https://s.example/f?a=1&X-Amz-Signature=abc","n":1})",
                R"({"u":"https://s.example/f?a=1&X-Amz-Signature=[withheld]","n":1})"},
        UrlCase{"EscapedInJson", R"(["https://s.example/f?a=1\u0026sig=abc\u0026b=2"])",
                R"(["https://s.example/f?a=1\u0026sig=[withheld]\u0026b=2"])"},
        UrlCase{"InXml", "<u>https://s.example/f?a=1&amp;signature=abc</u>",
                "<u>https://s.example/f?a=1&amp;signature=[withheld]</u>"},
        UrlCase{"Twice", "/a?sig=x&sig=y", "/a?sig=[withheld]&sig=[withheld]"},
        UrlCase{"NotOfAUrl", "sig=abc and a sig=b", "sig=abc and a sig=b"},
        UrlCase{"Nothing", "", ""}, UrlCase{"Empty", "http://v.example/a?", "http://v.example/a?"}),
    [](const auto& row) { return row.param.name; });

TEST_F(RedactionTest, ALocationIsAUrl) {
  const auto redacted =
      Redacted({.response_headers = {{"location", "https://v.example/?sig=abc"}}});
  EXPECT_THAT(redacted.response_headers[0], Pair("location", "https://v.example/?sig=[withheld]"));
}

TEST_F(RedactionTest, ALinkInABodyLosesWhatLetsAnybodyFollowIt) {
  const auto redacted = Redacted({.response_body = R"({"url":"https://v.example/f?sig=abc"})",
                                  .judgement = "no such file https://v.example/f?sig=abc"});
  EXPECT_EQ(redacted.judgement, "no such file https://v.example/f?sig=[withheld]");
  EXPECT_EQ(redacted.response_body, R"({"url":"https://v.example/f?sig=[withheld]"})");
}

TEST_F(RedactionTest, BodiesKeepTheirLinesAndAreValidText) {
  const auto redacted = Redacted({.response_body = "a\tb\nc\x01\x80"});
  EXPECT_EQ(redacted.response_body, "a\tb\nc ?");
  EXPECT_EQ(Redacted({.judgement = "a\nb\x1f"}).judgement, "a b ");
}

TEST_F(RedactionTest, WhatIsCompressedByItsContentIsNotShownAsNoise) {
  // gzip of "plain text here", whole; and cut after its header.
  const std::string whole(
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x2b\xc8\x49\xcc\xcc\x53\x28\x49\xad\x28\x51\xc8\x48"
      "\x2d\x4a\x05\x00\xf9\x2c\x5a\xb4\x0f\x00\x00\x00",
      35);
  EXPECT_THAT(Redacted({.response_body = whole}).response_body,
              testing::AnyOf("plain text here", "[compressed]"));
  EXPECT_EQ(Redacted({.response_body = whole.substr(0, 10)}).response_body, "[compressed]");
}

}  // namespace
}  // namespace syncline::pull
