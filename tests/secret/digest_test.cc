#include "secret/digest.h"

#include <gtest/gtest.h>

namespace syncline::secret {
namespace {

TEST(DigestTest, Sha256Vectors) {  // FIPS 180-4 examples
  EXPECT_EQ(EncodeHex(Sha256("")),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(EncodeHex(Sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(DigestTest, HmacVectors) {  // RFC 4231
  struct Case {
    const char* name;
    std::string key;
    std::string data;
    const char* mac;
  };
  const Case cases[] = {
      {"1", std::string(20, '\x0b'), "Hi There",
       "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
      {"2", "Jefe", "what do ya want for nothing?",
       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
      {"6", std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
  };
  for (const Case& test : cases)
    EXPECT_EQ(EncodeHex(HmacSha256(test.key, test.data)), test.mac) << test.name;
}

TEST(DigestTest, Base64BothWays) {  // RFC 4648 section 10
  const std::pair<std::string, std::string> cases[] = {{"", ""},
                                                       {"f", "Zg=="},
                                                       {"fo", "Zm8="},
                                                       {"foo", "Zm9v"},
                                                       {"foob", "Zm9vYg=="},
                                                       {"fooba", "Zm9vYmE="},
                                                       {"foobar", "Zm9vYmFy"},
                                                       {"\xfb\xff\xfe", "+//+"}};
  for (const auto& [bytes, text] : cases) {
    EXPECT_EQ(EncodeBase64(bytes), text);
    EXPECT_EQ(DecodeBase64(text), bytes) << text;
    EXPECT_EQ(DecodeBase64Url(EncodeBase64Url(bytes)), bytes) << text;
  }
  EXPECT_EQ(EncodeBase64Url("\xfb\xff\xfe"), "-__-");
  std::string all;
  for (int i = 0; i < 256; ++i) all.push_back(static_cast<char>(i));
  EXPECT_EQ(DecodeBase64(EncodeBase64(all)), all);
}

TEST(DigestTest, Base64IsStrict) {
  for (const char* text :
       {"Zg", "Zg=", "Z===", "Zg===", "Zm9v\n", "Zh==", "Zm9=", "Zm9v====", "=", "Z g=", "-__-"}) {
    EXPECT_EQ(DecodeBase64(text), std::nullopt) << text;
  }
  for (const char* text : {"Zg==", "Z", "+//+"})
    EXPECT_EQ(DecodeBase64Url(text), std::nullopt) << text;
}

TEST(DigestTest, HmacWithEachHash) {  // RFC 2202 2 and RFC 4231 4.3, test case 2
  const auto hmac = [](HashAlgorithm algorithm) {
    return EncodeHex(Hmac(algorithm, "Jefe", "what do ya want for nothing?"));
  };
  EXPECT_EQ(hmac(HashAlgorithm::kSha1), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  EXPECT_EQ(hmac(HashAlgorithm::kSha256),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hmac(HashAlgorithm::kSha512),
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
            "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
}

TEST(DigestTest, HexBothWays) {
  EXPECT_EQ(DecodeHex(EncodeHex(std::string("\0\xff a", 4))), std::string("\0\xff a", 4));
  EXPECT_EQ(DecodeHex("0aFf"), "\x0a\xff");
  for (const char* text : {"0", "0g", "0x", "a ", "-1"}) EXPECT_EQ(DecodeHex(text), std::nullopt);
}

TEST(DigestTest, ConstantTimeEqual) {
  EXPECT_TRUE(ConstantTimeEqual("", ""));
  EXPECT_TRUE(ConstantTimeEqual("abc", "abc"));
  EXPECT_FALSE(ConstantTimeEqual("abc", "abd"));
  EXPECT_FALSE(ConstantTimeEqual("abc", "abcd"));
}

}  // namespace
}  // namespace syncline::secret
