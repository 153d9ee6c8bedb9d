// Tokens are stored although the key service went away while the provider was asked for them.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "credential/postgres_token_store.h"
#include "credential/vault_key_provider.h"
#include "secret/envelope_sealer.h"
#include "store/credential_store.h"
#include "tests/support/migrated_database.h"
#include "tests/support/scripted_vault.h"

namespace syncline::credential {
namespace {

using base::Reason;

const model::CredentialName kVendor{"default", "vendor"};

class TokenStoreWithoutKeysTest : public test::MigratedDatabaseTest {
 protected:
  void SetUp() override {
    test::MigratedDatabaseTest::SetUp();
    if (IsSkipped()) return;
    std::ofstream(token_file_) << "vault-token";
    chmod(token_file_.c_str(), 0600);
    v1::Credential credential;
    credential.add_allowed_hosts("127.0.0.1");
    credential.mutable_oauth2()->set_client_id("client");
    const absl::Status status = database().RunTransaction([&](store::Transaction& transaction) {
      return store::InsertCredential(transaction, kVendor, credential).status();
    });
    ASSERT_TRUE(status.ok()) << status;
  }
  void TearDown() override {
    std::remove(token_file_.c_str());
    test::MigratedDatabaseTest::TearDown();
  }
  PostgresTokenStore Make() {
    return {database(), sealer_, migrated_->clock(), migrated_->random(), {kVendor, ""}, 0};
  }

  const std::string token_file_ = testing::TempDir() + "/vault-token-" + std::to_string(getpid());
  const base::SystemClock clock_;
  test::ScriptedVault vault_;
  const VaultClient client_{{"http://127.0.0.1:8200", token_file_, ""}, vault_};
  const VaultKeyProvider keys_{client_, "transit", "syncline", clock_};
  secret::EnvelopeSealer sealer_{keys_};
};

TEST_F(TokenStoreWithoutKeysTest, WhatWasGrantedIsStoredWhateverBecameOfTheKeys) {
  PostgresTokenStore store = Make();
  const auth::TokenLease lease = **store.TakeLease(0);
  ASSERT_TRUE(*store.MarkAttempt(lease));
  vault_.SetDown(true);
  ASSERT_TRUE(*store.Store(lease, secret::Secret("a1"), secret::Secret("r1"), {}));
  vault_.SetDown(false);
  const auto tokens = Make().Read();
  ASSERT_TRUE(tokens.ok()) << tokens.status();
  EXPECT_EQ(tokens->version, 1);
  EXPECT_EQ(tokens->access_token.Reveal(), "a1");
  EXPECT_EQ(tokens->refresh_token.Reveal(), "r1");
}

TEST_F(TokenStoreWithoutKeysTest, WithoutKeysNoAttemptIsMarked) {
  PostgresTokenStore store = Make();
  const auth::TokenLease lease = **store.TakeLease(0);
  vault_.SetDown(true);
  EXPECT_EQ(base::ReasonOf(store.MarkAttempt(lease).status()), Reason::kKeyUnavailable);
  ASSERT_TRUE(store.Release(lease).ok());
  EXPECT_EQ((**Make().TakeLease(0)).lost_attempts, 0);
}

// The keys of one attempt are not those of the next.
TEST_F(TokenStoreWithoutKeysTest, EachVersionHasKeysOfItsOwn) {
  PostgresTokenStore store = Make();
  for (int version = 0; version < 3; ++version) {
    const auth::TokenLease lease = **store.TakeLease(version);
    ASSERT_TRUE(*store.MarkAttempt(lease));
    ASSERT_TRUE(*store.Store(lease, secret::Secret("a"), secret::Secret("r"), {}));
    EXPECT_EQ(Make().Read()->access_token.Reveal(), "a");
  }
  EXPECT_EQ(vault_.paths().size(), 1U + 3 * 4U) << "two wrapped and two unwrapped for each";
}

}  // namespace
}  // namespace syncline::credential
