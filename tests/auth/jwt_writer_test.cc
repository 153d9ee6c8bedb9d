#include "auth/jwt_writer.h"

#include <gtest/gtest.h>

#include "base/status.h"
#include "json/document.h"
#include "secret/digest.h"
#include "tests/support/test_keys.h"

namespace syncline::auth {
namespace {

using namespace syncline::test;
using std::chrono::seconds;

const base::Time kNow = base::Time(seconds(1'700'000'000)) + std::chrono::milliseconds(900);

struct Parts {
  std::string input;  // header.payload
  std::string header;
  std::string payload;
  std::string signature;
};

Parts Split(std::string_view token) {
  const std::size_t first = token.find('.');
  const std::size_t second = token.rfind('.');
  return {std::string(token.substr(0, second)),
          secret::DecodeBase64Url(token.substr(0, first)).value_or("?"),
          secret::DecodeBase64Url(token.substr(first + 1, second - first - 1)).value_or("?"),
          secret::DecodeBase64Url(token.substr(second + 1)).value_or("?")};
}

// The members of the payload, without jti.
std::string WithoutJti(const std::string& payload) {
  const std::size_t at = payload.find("\"jti\":");
  return payload.substr(0, at) + payload.substr(payload.find(',', at) + 1);
}

TEST(JwtWriterTest, Rfc7515Vectors) {
  const std::string payload =
      "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";
  const auto rsa =
      secret::SigningKey::Make(secret::SignatureAlgorithm::kRs256, secret::Secret(kRsaPkcs8));
  EXPECT_EQ(
      *WriteCompactJws("{\"alg\":\"RS256\"}", payload, *rsa),
      "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLm"
      "NvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AA"
      "uHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75"
      "vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6Bf"
      "I7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe7"
      "7Rw");
  const auto shared = secret::SigningKey::Make(
      secret::SignatureAlgorithm::kHs256,
      secret::Secret(*secret::DecodeBase64Url("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH"
                                              "75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")));
  EXPECT_EQ(*WriteCompactJws("{\"typ\":\"JWT\",\r\n \"alg\":\"HS256\"}", payload, *shared),
            "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsD"
            "QogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gF"
            "WFOEjXk");
}

TEST(JwtWriterTest, HeaderAndClaims) {
  base::SeededRandom random(1);
  v1::JwtKey key;
  key.set_algorithm(v1::JwtKey::ALGORITHM_ES256);
  key.set_key_id("key \"1\"");
  auto header = JwtMembers::Parse(R"({"typ": "at+jwt", "alg": "none", "cty": "x"})");
  ASSERT_TRUE(header.ok());
  const auto writer = JwtWriter::Make(key, secret::Secret(kP256Sec1), *std::move(header));
  ASSERT_TRUE(writer.ok()) << writer.status();
  auto claims = JwtMembers::Parse(R"({"n": 1.10, "iat": 1, "list": [1, {"a": null}]})");
  ASSERT_TRUE(claims.ok());
  claims->SetText("sub", "Jos\u00e9 \"x\"\n");
  const auto token =
      writer->Write(*claims, {.now = kNow, .lifetime = seconds(300), .not_before = true}, random);
  ASSERT_TRUE(token.ok()) << token.status();

  const Parts parts = Split(token->Reveal());
  EXPECT_EQ(parts.header, R"({"alg":"ES256","cty":"x","kid":"key \"1\"","typ":"at+jwt"})");
  EXPECT_EQ(WithoutJti(parts.payload),
            "{\"exp\":1700000270,\"iat\":1699999970,\"list\":[1,{\"a\":null}],\"n\":1.10,"
            "\"nbf\":1699999970,\"sub\":\"Jos\u00e9 \\\"x\\\"\\n\"}");
  const auto verifier =
      secret::SigningKey::Make(secret::SignatureAlgorithm::kEs256, secret::Secret(kP256Pkcs8));
  EXPECT_TRUE(verifier->Verify(parts.input, parts.signature));
}

TEST(JwtWriterTest, EveryAlgorithmVerifiesAndEveryJtiIsNew) {
  struct Case {
    v1::JwtKey::Algorithm algorithm;
    secret::SignatureAlgorithm signature;
    std::string key;
    const char* header;
  };
  const Case cases[] = {
      {v1::JwtKey::ALGORITHM_UNSPECIFIED, secret::SignatureAlgorithm::kRs256, kRsaPkcs8,
       R"({"alg":"RS256","typ":"JWT"})"},
      {v1::JwtKey::ALGORITHM_PS256, secret::SignatureAlgorithm::kPs256, kRsaPkcs1,
       R"({"alg":"PS256","typ":"JWT"})"},
      {v1::JwtKey::ALGORITHM_HS256, secret::SignatureAlgorithm::kHs256, std::string(32, 'k'),
       R"({"alg":"HS256","typ":"JWT"})"},
  };
  base::SeededRandom random(1);
  for (const Case& test : cases) {
    SCOPED_TRACE(test.header);
    v1::JwtKey key;
    key.set_algorithm(test.algorithm);
    const auto writer = JwtWriter::Make(key, secret::Secret(test.key));
    ASSERT_TRUE(writer.ok()) << writer.status();
    const JwtLife life{.now = kNow, .lifetime = seconds(60), .back_dated = seconds(0)};
    const Parts one = Split(writer->Write({}, life, random)->Reveal());
    const Parts other = Split(writer->Write({}, life, random)->Reveal());
    EXPECT_EQ(one.header, test.header);
    EXPECT_EQ(WithoutJti(one.payload).find("{\"exp\":1700000060,\"iat\":1700000000"), 0);
    EXPECT_NE(one.payload, other.payload);
    const auto verifier = secret::SigningKey::Make(test.signature, secret::Secret(test.key));
    EXPECT_TRUE(verifier->Verify(one.input, one.signature));
    EXPECT_FALSE(verifier->Verify(other.input, one.signature));
  }
}

TEST(JwtWriterTest, Mistakes) {
  EXPECT_EQ(base::ReasonOf(JwtMembers::Parse("[1]").status()), base::Reason::kInvalidArgument);
  EXPECT_EQ(base::ReasonOf(JwtMembers::Parse("{").status()), base::Reason::kJsonInvalid);
  const auto object = [](std::size_t bytes) {
    return "{\"a\":\"" + std::string(bytes - 8, 'x') + "\"}";
  };
  EXPECT_TRUE(JwtMembers::Parse(object(JwtMembers::kBytesMax)).ok());
  EXPECT_EQ(base::ReasonOf(JwtMembers::Parse(object(JwtMembers::kBytesMax + 1)).status()),
            base::Reason::kResponseTooLarge);
  v1::JwtKey key;
  EXPECT_EQ(base::ReasonOf(JwtWriter::Make(key, secret::Secret("hunter2")).status()),
            base::Reason::kInvalidArgument);
  EXPECT_TRUE(JwtWriter::IsOwnClaim("jti"));
  EXPECT_FALSE(JwtWriter::IsOwnClaim("nbf"));
  EXPECT_TRUE(JwtWriter::IsOwnHeaderMember("alg"));
  EXPECT_FALSE(JwtWriter::IsOwnHeaderMember("typ"));
}

}  // namespace
}  // namespace syncline::auth
