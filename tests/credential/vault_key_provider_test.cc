#include "credential/vault_key_provider.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "base/status.h"
#include "secret/envelope_sealer.h"
#include "secret/key_chain.h"
#include "secret/keyring.h"
#include "tests/support/fake_clock.h"
#include "tests/support/scripted_vault.h"

namespace syncline::credential {
namespace {

using base::Reason;
using secret::Secret;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class VaultKeyProviderTest : public testing::Test {
 protected:
  VaultKeyProviderTest() { WriteToken("vault-token\n", 0600); }
  ~VaultKeyProviderTest() override { std::filesystem::remove(token_file_); }
  void WriteToken(const std::string& token, mode_t mode) {
    std::filesystem::remove(token_file_);
    std::ofstream(token_file_) << token;
    chmod(token_file_.c_str(), mode);
  }
  static std::string NameOfFile() {
    return testing::TempDir() + "/vault-token-" +
           testing::UnitTest::GetInstance()->current_test_info()->name() + std::to_string(getpid());
  }
  Reason UnwrapReason(const secret::WrappedKey& wrapped, std::string_view context) const {
    const auto opened = keys_.Unwrap(wrapped, context);
    return opened.ok() ? Reason::kInternal : base::ReasonOf(opened.status());
  }

  const std::string token_file_ = NameOfFile();
  test::FakeClock clock_;
  test::ScriptedVault server_;
  VaultClient client_{
      {.address = "http://127.0.0.1:8200", .token_file = token_file_, .name_space = ""}, server_};
  VaultKeyProvider keys_{client_, "transit", "syncline", clock_};
};

TEST_F(VaultKeyProviderTest, UnwrapsWhatItWrappedInItsPlaceOnly) {
  for (const bool derived : {false, true}) {
    server_.SetDerived(derived);
    const VaultKeyProvider keys(client_, "transit", "syncline", clock_);
    const auto wrapped = keys.Wrap(Secret("the data key"), "cred/v1|a");
    ASSERT_TRUE(wrapped.ok()) << wrapped.status();
    EXPECT_EQ(wrapped->key_id, "vault:syncline:v1");
    EXPECT_EQ(keys.Unwrap(*wrapped, "cred/v1|a")->Reveal(), "the data key");
    EXPECT_EQ(base::ReasonOf(keys.Unwrap(*wrapped, "cred/v1|b").status()),
              Reason::kCredentialCorrupt);
  }
  EXPECT_TRUE(keys_.Owns("vault:syncline:v9"));
  EXPECT_FALSE(keys_.Owns("vault:other:v1"));
  EXPECT_FALSE(keys_.Owns("one"));
}

TEST_F(VaultKeyProviderTest, AlteredBytesAreCorruptAndNeverReachJson) {
  const secret::WrappedKey wrapped = *keys_.Wrap(Secret("k"), "c");
  const int before = server_.request_count();
  for (const char* bytes : {"", "vault:v1:", "vault:v2:00000000", "vault:v1:a\"b", "local"}) {
    EXPECT_EQ(UnwrapReason({wrapped.key_id, bytes}, "c"), Reason::kCredentialCorrupt) << bytes;
  }
  // "vault:v1:" alone is well formed; Vault is asked, and refuses.
  EXPECT_LE(server_.request_count() - before, 1);
}

TEST_F(VaultKeyProviderTest, VersionsAreKeys) {
  const secret::WrappedKey old = *keys_.Wrap(Secret("old"), "c");
  server_.Rotate();
  EXPECT_THAT(*keys_.Ids(), ElementsAre("vault:syncline:v2", "vault:syncline:v1"));
  EXPECT_EQ(keys_.Wrap(Secret("new"), "c")->key_id, "vault:syncline:v2");
  server_.SetOldestVersion(2);
  EXPECT_THAT(*keys_.Ids(), ElementsAre("vault:syncline:v2"));
  EXPECT_EQ(UnwrapReason(old, "c"), Reason::kKeyUnavailable) << "no longer allowed";
}

TEST_F(VaultKeyProviderTest, WhatIsCachedOutlivesAnAbsenceOfFiveMinutes) {
  const secret::WrappedKey held = *keys_.Wrap(Secret("held"), "c");
  const secret::WrappedKey other = *keys_.Wrap(Secret("other"), "c");
  EXPECT_EQ(keys_.Unwrap(held, "c")->Reveal(), "held");
  const int asked = server_.request_count();
  EXPECT_EQ(keys_.Unwrap(held, "c")->Reveal(), "held");
  EXPECT_EQ(server_.request_count(), asked) << "the second comes from the cache";
  server_.SetDown(true);
  clock_.Advance(std::chrono::seconds(299));
  EXPECT_EQ(keys_.Unwrap(held, "c")->Reveal(), "held");
  EXPECT_EQ(UnwrapReason(other, "c"), Reason::kKeyUnavailable);
  EXPECT_EQ(UnwrapReason(held, "another place"), Reason::kKeyUnavailable)
      << "the cache serves the place that it was asked for";
  clock_.Advance(std::chrono::seconds(1));
  EXPECT_EQ(UnwrapReason(held, "c"), Reason::kKeyUnavailable);
  EXPECT_FALSE(keys_.Wrap(Secret("x"), "c").ok());
  server_.SetDown(false);
  EXPECT_EQ(keys_.Unwrap(held, "c")->Reveal(), "held");
}

TEST_F(VaultKeyProviderTest, RefusalsAreKeyUnavailableAndSayWhy) {
  const secret::WrappedKey wrapped = *keys_.Wrap(Secret("k"), "c");
  server_.SetToken("another");
  const absl::Status refused = keys_.Unwrap(wrapped, "c").status();
  EXPECT_EQ(base::ReasonOf(refused), Reason::kKeyUnavailable);
  EXPECT_THAT(base::MessageOf(refused), HasSubstr("permission denied"));
  EXPECT_THAT(base::MessageOf(refused), Not(HasSubstr("vault-token\"")));
  WriteToken("another", 0640);
  EXPECT_EQ(keys_.Unwrap(wrapped, "c")->Reveal(), "k") << "the token is read anew";
  clock_.Advance(std::chrono::minutes(6));
  for (const int status : {429, 473, 500, 503}) {
    server_.SetStatus(status);
    EXPECT_EQ(UnwrapReason(wrapped, "c"), Reason::kKeyUnavailable) << status;
  }
  server_.SetStatus(0);
  WriteToken("another", 0644);
  EXPECT_EQ(UnwrapReason(wrapped, "c"), Reason::kKeyUnavailable) << "a token open to others";
  std::filesystem::remove(token_file_);
  EXPECT_EQ(UnwrapReason(wrapped, "c"), Reason::kKeyUnavailable);
}

TEST_F(VaultKeyProviderTest, SecretsMoveFromAKeyringToVault) {
  constexpr const char* kOne = "one AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n";
  const secret::Keyring keyring = *secret::Keyring::Parse(kOne);
  const secret::Sealed before = *secret::EnvelopeSealer(keyring).Seal(Secret("s"), "c");
  std::vector<std::unique_ptr<const secret::KeyProvider>> providers;
  providers.push_back(std::make_unique<VaultKeyProvider>(client_, "transit", "syncline", clock_));
  providers.push_back(std::make_unique<secret::Keyring>(*secret::Keyring::Parse(kOne)));
  const secret::KeyChain chain(std::move(providers));
  secret::EnvelopeSealer sealer(chain);
  EXPECT_EQ(sealer.Open(before, "c")->Reveal(), "s");
  const secret::Sealed after = *sealer.Seal(Secret("t"), "c");
  EXPECT_EQ(after.key_id, "vault:syncline:v1");
  EXPECT_EQ(sealer.Open(after, "c")->Reveal(), "t");
  EXPECT_THAT(*chain.Ids(), ElementsAre("vault:syncline:v1", "one"));
  secret::Sealed unknown = after;
  unknown.key_id = "two";
  EXPECT_EQ(base::ReasonOf(sealer.Open(unknown, "c").status()), Reason::kKeyUnavailable);
}

}  // namespace
}  // namespace syncline::credential
