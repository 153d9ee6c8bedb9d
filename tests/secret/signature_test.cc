#include "secret/signature.h"

#include <gtest/gtest.h>

#include "base/status.h"
#include "secret/digest.h"
#include "tests/support/test_keys.h"

namespace syncline::secret {
namespace {

using namespace syncline::test;

using enum SignatureAlgorithm;

// RFC 7515 appendix A: the payload of A.1 to A.3.
constexpr char kPayload[] =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVl"
    "fQ";
constexpr char kA1Key[] =
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
constexpr char kA1Signature[] = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
constexpr char kA2Signature[] =
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5"
    "jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb"
    "1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QO"
    "YEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
constexpr char kA3Signature[] =
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

std::string A1Key() { return *DecodeBase64Url(kA1Key); }

SigningKey KeyOf(SignatureAlgorithm algorithm, std::string key) {
  auto made = SigningKey::Make(algorithm, Secret(std::move(key)));
  EXPECT_TRUE(made.ok()) << made.status();
  return *std::move(made);
}

TEST(SignatureTest, Rfc7515Vectors) {
  struct Case {
    const char* name;
    SignatureAlgorithm algorithm;
    std::string key;
    std::string input;
    const char* signature;
    bool repeats;  // whether the algorithm signs the same bytes the same way each time
  };
  const Case cases[] = {
      {"A.1", kHs256, A1Key(), std::string("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.") + kPayload,
       kA1Signature, true},
      {"A.2", kRs256, kRsaPkcs8, std::string("eyJhbGciOiJSUzI1NiJ9.") + kPayload, kA2Signature,
       true},
      {"A.2 PKCS #1", kRs256, kRsaPkcs1, std::string("eyJhbGciOiJSUzI1NiJ9.") + kPayload,
       kA2Signature, true},
      {"A.3", kEs256, kP256Pkcs8, std::string("eyJhbGciOiJFUzI1NiJ9.") + kPayload, kA3Signature,
       false},
      {"A.3 SEC 1", kEs256, kP256Sec1, std::string("eyJhbGciOiJFUzI1NiJ9.") + kPayload,
       kA3Signature, false},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.name);
    const SigningKey key = KeyOf(test.algorithm, test.key);
    EXPECT_TRUE(key.Verify(test.input, *DecodeBase64Url(test.signature)));
    const auto signature = key.Sign(test.input);
    ASSERT_TRUE(signature.ok()) << signature.status();
    if (test.repeats) {
      EXPECT_EQ(EncodeBase64Url(*signature), test.signature);
    }
  }
}

TEST(SignatureTest, WhatIsSignedVerifiesAndNothingElseDoes) {
  struct Case {
    SignatureAlgorithm algorithm;
    std::string key;
    std::size_t bytes;
    const char* name;
  };
  const Case cases[] = {{kRs256, kRsaPkcs8, 256, "RS256"},
                        {kPs256, kRsaPkcs8, 256, "PS256"},
                        {kEs256, kP256Sec1, 64, "ES256"},
                        {kHs256, A1Key(), 32, "HS256"}};
  for (const Case& test : cases) {
    SCOPED_TRACE(test.name);
    EXPECT_EQ(AlgorithmName(test.algorithm), test.name);
    const SigningKey key = KeyOf(test.algorithm, test.key);
    for (int i = 0; i < 32; ++i) {  // r and s begin with a zero byte now and then
      const std::string text = "text " + std::to_string(i);
      std::string signature = *key.Sign(text);
      EXPECT_EQ(signature.size(), test.bytes);
      EXPECT_TRUE(key.Verify(text, signature));
      EXPECT_FALSE(key.Verify(text + " ", signature));
      signature.back() = static_cast<char>(signature.back() ^ 1);
      EXPECT_FALSE(key.Verify(text, signature));
      EXPECT_FALSE(key.Verify(text, signature.substr(1)));
      EXPECT_FALSE(key.Verify(text, ""));
    }
  }
  // The two paddings of RSA are not each other's.
  EXPECT_FALSE(KeyOf(kPs256, kRsaPkcs8).Verify("x", *KeyOf(kRs256, kRsaPkcs8).Sign("x")));
}

// The RSA key with something else where its lines end.
std::string WithLineBreaks(std::string_view replacement) {
  std::string text;
  for (const char c : std::string_view(kRsaPkcs8)) {
    if (c == '\n') {
      text += replacement;
    } else {
      text += c;
    }
  }
  return text;
}

TEST(SignatureTest, KeysThatAreRefused) {
  const std::string escaped = WithLineBreaks("\\n");
  const std::string joined = WithLineBreaks(" ");
  const std::string cut(kRsaPkcs8, 400);
  struct Case {
    const char* name;
    SignatureAlgorithm algorithm;
    std::string key;
    const char* message;
  };
  const Case cases[] = {
      {"encrypted", kEs256, kEncryptedPkcs8, "is encrypted with a password"},
      {"encrypted SEC 1", kEs256, kEncryptedSec1, "is encrypted with a password"},
      {"public", kEs256, kPublic, "is a public key"},
      {"certificate", kRs256, "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
       "is a certificate"},
      {"OpenSSH", kRs256, "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n", "is a key of OpenSSH"},
      {"escaped", kRs256, escaped, R"(the two characters \n)"},
      {"joined", kRs256, joined, "has lost its line breaks"},
      {"no PEM", kRs256, "hunter2", "is no private key in PEM"},
      {"empty", kRs256, "", "is no private key in PEM"},
      {"cut off", kRs256, cut, "cannot be read"},
      {"RSA 1024", kRs256, kRsa1024, "has 1024 bits; an RSA key needs 2048 to 8192"},
      {"RSA 1024 PSS", kPs256, kRsa1024, "has 1024 bits"},
      {"EC for RS256", kRs256, kP256Pkcs8, "is no RSA key, which RS256 needs"},
      {"EC for PS256", kPs256, kP256Sec1, "is no RSA key, which PS256 needs"},
      {"RSA for ES256", kEs256, kRsaPkcs8, "is no elliptic curve key on P-256"},
      {"another curve", kEs256, kP384, "is no elliptic curve key on P-256"},
      {"short HMAC", kHs256, std::string(31, 'k'), "has 31 bytes; HS256 needs at least 32"},
      {"too long", kHs256, std::string(16 * 1024 + 1, 'k'), "at most 16384"},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.name);
    const auto key = SigningKey::Make(test.algorithm, Secret(test.key));
    ASSERT_FALSE(key.ok());
    EXPECT_EQ(base::ReasonOf(key.status()), base::Reason::kInvalidArgument);
    EXPECT_NE(base::MessageOf(key.status()).find(test.message), std::string::npos) << key.status();
  }
  EXPECT_TRUE(SigningKey::Make(kHs256, Secret(std::string(32, 'k'))).ok());
  EXPECT_TRUE(SigningKey::Make(kHs256, Secret(std::string(16 * 1024, 'k'))).ok());
}

}  // namespace
}  // namespace syncline::secret
