#include "secret/envelope_sealer.h"

#include <gtest/gtest.h>

#include <optional>
#include <set>

#include "base/status.h"
#include "secret/aes_gcm.h"
#include "secret/keyring.h"

namespace syncline::secret {
namespace {

using base::Reason;

constexpr const char* kOne = "one AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n";
constexpr const char* kTwo = "two //////////////////////////////////////////8=\n";

Keyring Ring(const std::string& text) { return *Keyring::Parse(text); }

TEST(EnvelopeSealerTest, OpensWhatItSealed) {
  const Keyring ring = Ring(kOne);
  EnvelopeSealer sealer(ring);
  for (const std::string& text : {std::string("hunter2"), std::string(), std::string("a\0b", 3),
                                  std::string(64 * 1024, 'x')}) {
    const auto sealed = sealer.Seal(Secret(text), "context");
    ASSERT_TRUE(sealed.ok()) << sealed.status();
    EXPECT_EQ(sealed->algorithm, "AES-256-GCM");
    EXPECT_EQ(sealed->key_id, "one");
    EXPECT_EQ(sealed->ciphertext.find("hunter"), std::string::npos);
    const auto opened = sealer.Open(*sealed, "context");
    ASSERT_TRUE(opened.ok()) << opened.status();
    EXPECT_EQ(opened->Reveal(), text);
  }
  EXPECT_EQ(base::ReasonOf(sealer.Seal(Secret(std::string(64 * 1024 + 1, 'x')), "c").status()),
            Reason::kInvalidArgument);
}

TEST(EnvelopeSealerTest, KeysAndNoncesAreFreshEachTime) {
  const Keyring ring = Ring(kOne);
  EnvelopeSealer sealer(ring);
  std::set<std::string> nonces;
  for (int i = 0; i < 100; ++i) {
    const auto sealed = sealer.Seal(Secret("same"), "same");
    nonces.insert(sealed->wrapped_key.substr(0, kGcmNonceBytes));
    nonces.insert(sealed->ciphertext.substr(0, kGcmNonceBytes));
  }
  EXPECT_EQ(nonces.size(), 200U);
}

TEST(EnvelopeSealerTest, AnEnvelopeSealsWhenTheKeysAreAway) {
  const Keyring ring = Ring(kOne);
  EnvelopeSealer sealer(ring);
  std::optional<Envelope> envelope;
  {
    const Keyring gone = Ring(kOne);
    envelope = *EnvelopeSealer(gone).Prepare("context");
  }
  std::set<std::string> nonces;
  for (int i = 0; i < 2; ++i) {
    const auto sealed = envelope->Seal(Secret("hunter2"));
    ASSERT_TRUE(sealed.ok()) << sealed.status();
    EXPECT_EQ(sealer.Open(*sealed, "context")->Reveal(), "hunter2");
    EXPECT_EQ(base::ReasonOf(sealer.Open(*sealed, "other").status()), Reason::kCredentialCorrupt);
    nonces.insert(sealed->ciphertext.substr(0, kGcmNonceBytes));
  }
  EXPECT_EQ(nonces.size(), 2U) << "one for each try";
  EXPECT_EQ(base::ReasonOf(envelope->Seal(Secret(std::string(64 * 1024 + 1, 'x'))).status()),
            Reason::kInvalidArgument);
}

TEST(EnvelopeSealerTest, AnyAlteredBitIsCorrupt) {
  const Keyring ring = Ring(kOne);
  EnvelopeSealer sealer(ring);
  const Sealed sealed = *sealer.Seal(Secret("hunter2"), "context");
  EXPECT_EQ(base::ReasonOf(sealer.Open(sealed, "other").status()), Reason::kCredentialCorrupt);
  for (std::string Sealed::*part : {&Sealed::wrapped_key, &Sealed::ciphertext}) {
    for (std::size_t i = 0; i < (sealed.*part).size(); ++i) {
      Sealed altered = sealed;
      (altered.*part)[i] = static_cast<char>((altered.*part)[i] ^ 1);
      EXPECT_EQ(base::ReasonOf(sealer.Open(altered, "context").status()),
                Reason::kCredentialCorrupt)
          << i;
    }
    Sealed cut = sealed;
    (cut.*part).resize(5);
    EXPECT_EQ(base::ReasonOf(sealer.Open(cut, "context").status()), Reason::kCredentialCorrupt);
  }
  Sealed algorithm = sealed;
  algorithm.algorithm = "none";
  EXPECT_EQ(base::ReasonOf(sealer.Open(algorithm, "context").status()), Reason::kCredentialCorrupt);
}

TEST(EnvelopeSealerTest, RotationSealsWithTheFirstKeyAndOpensWithAll) {
  const Keyring before = Ring(kOne);
  const Keyring during = Ring(std::string(kTwo) + kOne);
  const Keyring after = Ring(kTwo);
  const Sealed old = *EnvelopeSealer(before).Seal(Secret("hunter2"), "c");
  EXPECT_EQ(EnvelopeSealer(during).Open(old, "c")->Reveal(), "hunter2");
  EXPECT_EQ(EnvelopeSealer(during).Seal(Secret("x"), "c")->key_id, "two");
  const auto gone = EnvelopeSealer(after).Open(old, "c");
  EXPECT_EQ(base::ReasonOf(gone.status()), Reason::kKeyUnavailable);
  EXPECT_EQ(base::MetadataOf(gone.status())["key_id"], "one");
}

TEST(AesGcmTest, OpensAPublishedVector) {
  // NIST CAVP gcmEncryptExtIV256, as in McGrew and Viega's test case 14: zero key, nonce and text.
  const std::string zero_key(32, '\0');
  const unsigned char tail[] = {0xce, 0xa7, 0x40, 0x3d, 0x4d, 0x60, 0x6b, 0x6e, 0x07, 0x4e, 0xc5,
                                0xd3, 0xba, 0xf3, 0x9d, 0x18, 0xd0, 0xd1, 0xc8, 0xa7, 0x99, 0x99,
                                0x6b, 0xf0, 0x26, 0x5b, 0x98, 0xb5, 0xd4, 0x8a, 0xb9, 0x19};
  const std::string sealed =
      std::string(12, '\0') + std::string(reinterpret_cast<const char*>(tail), sizeof(tail));
  const auto opened = OpenAesGcm(Secret(zero_key), sealed, "");
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(opened->Reveal(), std::string(16, '\0'));
}

}  // namespace
}  // namespace syncline::secret
