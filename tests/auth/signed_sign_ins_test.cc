#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/hmac_authenticator.h"
#include "auth/jwt_authenticator.h"
#include "auth/signed_request_scope.h"
#include "secret/digest.h"
#include "tests/auth/sign_in_fixture.h"

namespace syncline::auth {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

http::Request PostOf(const std::string& url, const std::string& body) {
  http::Request request = RequestOf(url);
  request.method = http::Method::kPost;
  request.headers.Set("Content-Type", "application/json");
  request.body = body;
  return request;
}

// Signatures computed with another implementation (Python's hmac), for 2026-01-01T00:00:00Z.
TEST(HmacAuthenticator, SignsAsOtherImplementationsDo) {
  const struct {
    const char* name;
    const char* spec;
    const char* header;
    const char* expected;
  } cases[] = {
      {"time and path in hex",
       "string_to_sign: '{{timestamp}}{{request.method}}{{request.path}}?{{request.query}}"
       "{{request.body}}'",
       "X-Signature", "457e3172b955e29215f3b3b347bd509d522660d757cfcef952de6212c3ded6a5"},
      {"SHA-1 in base64",
       "algorithm: ALGORITHM_SHA1 encoding: ENCODING_BASE64 "
       "string_to_sign: '{{request.url}}'",
       "X-Signature", "VfrvHT/vRqoULOtSWflPjjkzNVs="},
      {"SHA-512 in base64url, a key in hex",
       "algorithm: ALGORITHM_SHA512 encoding: ENCODING_BASE64URL key_encoding: KEY_ENCODING_HEX "
       "string_to_sign: '{{request.body_sha256}}|{{request.content_type}}|{{request.host}}'",
       "X-Signature",
       "lWoc8IRzqsJKD-PSEXoQ4GJ9lfVOGZzK8LimEnRTn7zL23UeTrcdMhIzBflGIca6Hq1Vutvg-vP0lhHZi84hLg"},
      {"a key in base64, milliseconds",
       "key_encoding: KEY_ENCODING_BASE64 time_format: TIME_FORMAT_UNIX_MILLISECONDS "
       "string_to_sign: '{{vars.app}}:{{timestamp}}'",
       "X-Signature", "5e78ec5e6c32f334187ec8a04158ca6f45fdc1522b7cd55982bef0929ff6c3a4"},
  };
  for (const auto& [name, spec, header, expected] : cases) {
    ScriptedVendor vendor;
    const auto authenticator = vendor.Make(
        "allowed_hosts: 'v.example' hmac { key: '6162636465666768' vars { key: 'app' value: 'a1' } "
        "headers { key: 'X-Signature' value: '{{signature}}' } " +
        std::string(spec) + " }");
    http::Request request = PostOf("https://v.example:8443/list?page=2", "{\"a\":1}");
    ASSERT_TRUE(authenticator->Apply(request, {}).ok()) << name;
    EXPECT_EQ(request.headers.Find(header), expected) << name;
  }
}

TEST(HmacAuthenticator, ShowsTimeAndNonceOfEveryTry) {
  ScriptedVendor vendor;
  const auto authenticator = vendor.Make(R"(allowed_hosts: 'v.example' hmac {
      key: 'sentinel' string_to_sign: '{{nonce}}' time_format: TIME_FORMAT_HTTP_DATE
      headers { key: 'Authorization' value: 'HMAC id={{vars.id}}, nonce={{nonce}}' }
      headers { key: 'X-Date' value: '{{timestamp}}' }
      query { key: 'sig' value: '{{signature}}' } vars { key: 'id' value: 'me' } })");
  http::Request first = RequestOf("https://v.example/list?x=1");
  http::Request second = first;
  ASSERT_TRUE(authenticator->Apply(first, {}).ok());
  ASSERT_TRUE(authenticator->Apply(second, {}).ok());
  EXPECT_EQ(first.headers.Find("X-Date"), "Thu, 01 Jan 2026 00:00:00 GMT");
  EXPECT_NE(first.headers.Find("Authorization"), second.headers.Find("Authorization"));
  const std::string nonce(first.headers.Find("Authorization")->substr(18));
  EXPECT_EQ(nonce.size(), 32U);
  EXPECT_EQ(first.url.query, "x=1&sig=" + secret::EncodeHex(secret::HmacSha256("sentinel", nonce)));
  authenticator->Strip(&first.url);
  EXPECT_EQ(first.url.query, "x=1");
  EXPECT_EQ(authenticator->Scrub("key sentinel"), "key [withheld]");
  http::Request other = RequestOf("https://other.example/");
  EXPECT_EQ(base::ReasonOf(authenticator->Apply(other, {})), base::Reason::kHostNotAllowed);
  EXPECT_TRUE(other.headers.all().empty());
}

struct MistakeCase {
  const char* text;
  const char* mistake;
};

TEST(HmacRules, NameTheField) {
  const char* const place = "headers { key: 'X' value: '{{signature}}' } ";
  const MistakeCase cases[] = {
      {"string_to_sign: 'x'", "hmac.key: is required"},
      {"key: 'sentinel'", "hmac.stringToSign: is required"},
      {"key: 'sentinel' string_to_sign: '{{page.number}}'",
       "hmac.stringToSign: 'page' is no name here; names in scope: request, timestamp, nonce, "
       "vars"},
      {"key: 'sentinel' string_to_sign: '{{signature}}'", "hmac.stringToSign: 'signature'"},
      {"key: 'sentinel' string_to_sign: '{{vars.x}}'",
       "hmac.stringToSign: {{vars.x}} has no value"},
      {"key: 'sentinel' key_encoding: KEY_ENCODING_HEX string_to_sign: 'x'",
       "hmac.key: is not in hex"},
      {"key: 'sentinel' key_encoding: KEY_ENCODING_BASE64 string_to_sign: 'x' headers { key: "
       "'Host' "
       "value: 'x' }",
       "hmac.headers.Host: is set by Syncline itself"},
  };
  for (const auto& [text, mistake] : cases) {
    const absl::Status status =
        ValidateText("allowed_hosts: 'a' hmac { " + std::string(place) + text + " }");
    EXPECT_THAT(MistakesOf(status), ElementsAre(StartsWith(mistake))) << text;
    EXPECT_THAT(base::MessageOf(status), Not(HasSubstr("sentinel")));
  }
  EXPECT_THAT(
      MistakesOf(ValidateText("allowed_hosts: 'a' hmac { key: 'sentinel' string_to_sign: 'x' }")),
      ElementsAre(StartsWith("hmac.headers: set headers or query")));
}

constexpr const char* kSharedKey = "a-shared-secret-of-32-bytes-sentinel";

TEST(JwtAuthenticator, SignsEveryTryWithATokenOfItsOwn) {
  ScriptedVendor vendor;
  const auto authenticator = vendor.Make(
      "allowed_hosts: 'v.example' jwt { key { algorithm: ALGORITHM_HS256 key_id: 'k1' private_key: "
      "'" +
      std::string(kSharedKey) + R"(' }
      claims { fields { key: 'iss' value { string_value: '{{vars.app}}' } }
               fields { key: 'qsh' value { string_value: '{{request.path}}' } }
               fields { key: 'admin' value { bool_value: true } } }
      vars { key: 'app' value: 'syncline' } lifetime { seconds: 120 }
      header: 'X-Jwt' prefix: 'JWT ' jose_header { key: 'typ' value: 'custom' } })");
  http::Request first = RequestOf("https://v.example/list?x=1");
  http::Request second = first;
  ASSERT_TRUE(authenticator->Apply(first, {}).ok());
  ASSERT_TRUE(authenticator->Apply(second, {}).ok());
  EXPECT_NE(first.headers.Find("X-Jwt"), second.headers.Find("X-Jwt"));
  const std::string header(*first.headers.Find("X-Jwt"));
  ASSERT_THAT(header, StartsWith("JWT "));
  const std::string token = header.substr(4);
  const std::size_t dot = token.find('.');
  const std::size_t end = token.rfind('.');
  EXPECT_EQ(secret::DecodeBase64Url(token.substr(0, dot)),
            R"({"alg":"HS256","kid":"k1","typ":"custom"})");
  const std::string claims = *secret::DecodeBase64Url(token.substr(dot + 1, end - dot - 1));
  EXPECT_THAT(claims,
              StartsWith(R"({"admin":true,"exp":1767225690,"iat":1767225570,"iss":"syncline")"));
  EXPECT_THAT(claims, HasSubstr(R"("qsh":"/list")"));
  EXPECT_EQ(token.substr(end + 1),
            secret::EncodeBase64Url(secret::HmacSha256(kSharedKey, token.substr(0, end))));
  EXPECT_EQ(authenticator->Scrub("you sent " + token), "you sent [withheld]");
  EXPECT_EQ(authenticator->Scrub(kSharedKey), "[withheld]");
}

TEST(JwtRules, NameTheField) {
  const std::string key =
      "key { algorithm: ALGORITHM_HS256 private_key: '" + std::string(kSharedKey) + "' } ";
  const struct {
    std::string text;
    const char* mistake;
  } cases[] = {
      {"", "jwt.key.privateKey: is required"},
      {"key { private_key: 'sentinel' }", "jwt.key.privateKey: is no private key in PEM"},
      {"key { algorithm: ALGORITHM_HS256 private_key: 'sentinel' }", "jwt.key.privateKey: "},
      {key + "claims { fields { key: 'exp' value { number_value: 1 } } }",
       "jwt.claims.exp: is set by Syncline itself"},
      {key + "claims { fields { key: 'a' value { string_value: '{{secrets.x}}' } } }",
       "jwt.claims: 'secrets' is no name here"},
      {key + "claims { fields { key: 'a' value { string_value: '{{vars.x}}' } } }",
       "jwt.claims: {{vars.x}} has no value"},
      {key + "lifetime { seconds: 3601 }", "jwt.lifetime: must be whole seconds"},
      {key + "header: 'Host'", "jwt.header: is set by Syncline itself"},
      {key + "prefix: 'a\\nb'", "jwt.prefix: must not hold control characters"},
      {key + "jose_header { key: 'alg' value: 'none' }", "jwt.joseHeader.alg: is set by"},
  };
  for (const auto& [text, mistake] : cases) {
    const absl::Status status = ValidateText("allowed_hosts: 'a' jwt { " + text + " }");
    EXPECT_THAT(MistakesOf(status), ElementsAre(StartsWith(mistake))) << text;
    EXPECT_THAT(base::MessageOf(status), Not(HasSubstr("sentinel"))) << text;
  }
}

}  // namespace
}  // namespace syncline::auth
