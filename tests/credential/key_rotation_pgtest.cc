#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/status.h"
#include "credential/credential_vault.h"
#include "credential/key_rotation.h"
#include "credential/vault_key_provider.h"
#include "secret/envelope_sealer.h"
#include "secret/key_chain.h"
#include "secret/keyring.h"
#include "store/audit_store.h"
#include "store/credential_store.h"
#include "store/key_canary.h"
#include "store/server_secret.h"
#include "tests/support/migrated_database.h"
#include "tests/support/scripted_vault.h"
#include "tests/support/stored_secrets.h"

namespace syncline::credential {
namespace {

using base::Reason;
using store::Transaction;

constexpr const char* kOne = "one AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n";
constexpr const char* kTwo = "two //////////////////////////////////////////8=\n";

class KeyRotationTest : public test::MigratedDatabaseTest {
 protected:
  void SetUp() override {
    test::MigratedDatabaseTest::SetUp();
    if (IsSkipped()) return;
    logger_ = base::MakeNullLogger();
    audit_ = std::make_unique<AuditLog>(database(), *logger_);
  }
  void Save(const std::string& id, const std::string& password, const secret::Keyring& ring) {
    secret::EnvelopeSealer sealer(ring);
    CredentialVault vault(sealer);
    v1::Credential credential;
    credential.add_allowed_hosts("127.0.0.1");
    credential.mutable_basic()->set_username("reader");
    const absl::Status status =
        database().RunTransaction([&](Transaction& transaction) -> absl::Status {
          return store::InsertCredential(transaction, {"default", id}, credential).status();
        });
    ASSERT_TRUE(status.ok()) << status;
    auth::SecretMap secrets;
    secrets.emplace("basic.password", secret::Secret(password));
    const auto saved = test::SaveSecrets(database(), vault, {"default", id}, secrets);
    ASSERT_TRUE(saved.ok()) << saved.status();
  }
  std::string Open(const std::string& id, const secret::Keyring& ring) {
    secret::EnvelopeSealer sealer(ring);
    CredentialVault vault(sealer, audit_.get());
    const auto secrets = test::OpenSecrets(database(), vault, {"default", id});
    if (!secrets.ok()) return std::string(base::ReasonName(base::ReasonOf(secrets.status())));
    return std::string(secrets->at("basic.password").Reveal());
  }
  absl::Status Verify(const secret::Keyring& ring) {
    secret::EnvelopeSealer sealer(ring);
    return store::VerifyKeys(database(), sealer);
  }
  absl::StatusOr<KeyRotation::Report> Rotate(const secret::KeyProvider& keys) {
    return KeyRotation(database(), keys, *audit_).Run([](std::int64_t) {});
  }
  std::string Kinds() {
    return migrated_->Query(
        "SELECT coalesce(string_agg(kind || ' ' || resource, ', ' ORDER BY audit_event_id), '') "
        "FROM syncline.audit_event");
  }

  const secret::Keyring one_ = *secret::Keyring::Parse(kOne);
  const secret::Keyring both_ = *secret::Keyring::Parse(std::string(kTwo) + kOne);
  const secret::Keyring two_ = *secret::Keyring::Parse(kTwo);
  std::unique_ptr<base::Logger> logger_;
  std::unique_ptr<AuditLog> audit_;
};

TEST_F(KeyRotationTest, EveryRowFollowsAndNothingElseChanges) {
  ASSERT_TRUE(Verify(one_).ok());
  secret::EnvelopeSealer sealer(one_);
  const auto root = store::LoadServerSecret(database(), sealer, "page-token");
  ASSERT_TRUE(root.ok()) << root.status();
  for (int i = 0; i < 47; ++i) {
    Save("vendor-" + std::to_string(i), "password-" + std::to_string(i), one_);
  }
  const std::string kept =
      "SELECT md5(string_agg(credential_id || field || version || algorithm || "
      "ciphertext::text, ',' ORDER BY credential_id)) FROM syncline.credential_secret";
  const std::string before = migrated_->Query(kept);
  ASSERT_TRUE(Verify(both_).ok());
  const auto report = Rotate(both_);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->active_id, "two");
  EXPECT_EQ(report->rewrapped, 48) << "47 of credentials and that of the server";
  EXPECT_EQ(report->corrupt, 0);
  EXPECT_EQ(report->behind(), 0);
  EXPECT_EQ(migrated_->Query(kept), before);
  EXPECT_EQ(Open("vendor-46", two_), "password-46") << "the old key is not needed";
  EXPECT_TRUE(Verify(two_).ok());
  secret::EnvelopeSealer after(two_);
  EXPECT_EQ(store::LoadServerSecret(database(), after, "page-token")->Reveal(), root->Reveal());
  EXPECT_EQ(Kinds(), "KEYS_ROTATED keys/two");
  EXPECT_EQ(Rotate(both_)->rewrapped, 0) << "again: nothing to do";
  EXPECT_EQ(Kinds(), "KEYS_ROTATED keys/two");
}

TEST_F(KeyRotationTest, StopsWhereAKeyIsMissingAndGoesOnLater) {
  const secret::Keyring other =
      *secret::Keyring::Parse("three 5555555555555555555555555555555555555555554=\n");
  Save("a", "first", one_);
  Save("b", "second", other);
  EXPECT_EQ(base::ReasonOf(Rotate(both_).status()), Reason::kKeyUnavailable);
  EXPECT_EQ(Open("a", one_), "first") << "the batch was taken back as a whole";
  const secret::Keyring all = *secret::Keyring::Parse(
      std::string(kTwo) + kOne + "three 5555555555555555555555555555555555555555554=\n");
  EXPECT_EQ(Rotate(all)->rewrapped, 2);
  EXPECT_EQ(Open("b", two_), "second");
}

TEST_F(KeyRotationTest, RowsThatSomebodyHoldsArePassedOver) {
  Save("held", "first", one_);
  Save("free", "second", one_);
  absl::StatusOr<KeyRotation::Report> report = absl::UnknownError("");
  const absl::Status status = database().RunTransaction([&](Transaction& transaction) {
    const absl::Status locked = transaction
                                    .Execute(
                                        "SELECT FROM syncline.credential_secret WHERE "
                                        "credential_id = 'held' FOR UPDATE")
                                    .status();
    report = Rotate(both_);
    return locked;
  });
  ASSERT_TRUE(status.ok() && report.ok()) << status << report.status();
  EXPECT_EQ(report->rewrapped, 1);
  EXPECT_EQ(report->behind(), 1) << "so the old key must stay";
  EXPECT_EQ(Rotate(both_)->behind(), 0) << "the next call finds it";
}

TEST_F(KeyRotationTest, ARowThatChangedIsNotOverwritten) {
  Save("vendor", "first", one_);
  const absl::Status status =
      database().RunTransaction([&](Transaction& transaction) -> absl::Status {
        const store::SealedTable& table = store::SealedTables().front();
        SYNCLINE_ASSIGN_OR_RETURN(std::vector<store::SealedRow> rows,
                                  store::ReadRowsOfOtherKeys(transaction, table, "two", "", 10));
        EXPECT_EQ(rows.size(), 1U);
        EXPECT_EQ(rows[0].context, "cred/v1|default|vendor|1|basic.password");
        EXPECT_EQ(rows[0].resource, "workspaces/default/credentials/vendor");
        rows[0].wrapped.bytes += "x";
        SYNCLINE_ASSIGN_OR_RETURN(const bool done,
                                  store::RewrapRow(transaction, table, rows[0], {"two", "bytes"}));
        EXPECT_FALSE(done);
        return absl::OkStatus();
      });
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(Open("vendor", one_), "first");
}

TEST_F(KeyRotationTest, CorruptRowsAreLeftAndTold) {
  Save("good", "first", one_);
  Save("moved", "second", one_);
  migrated_->Query(
      "UPDATE syncline.credential_secret t SET wrapped_key = s.wrapped_key, ciphertext = "
      "s.ciphertext FROM syncline.credential_secret s WHERE t.credential_id = 'moved' AND "
      "s.credential_id = 'good'");
  const auto report = Rotate(both_);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->rewrapped, 1);
  EXPECT_EQ(report->corrupt, 1);
  EXPECT_EQ(report->behind(), 1);
  const std::string event = "CREDENTIAL_CORRUPT workspaces/default/credentials/moved";
  EXPECT_EQ(Kinds(), event + ", KEYS_ROTATED keys/two");
  // Whoever else meets it within the hour adds nothing.
  EXPECT_EQ(Open("moved", both_), "CREDENTIAL_CORRUPT");
  EXPECT_EQ(Open("moved", both_), "CREDENTIAL_CORRUPT");
  EXPECT_EQ(Kinds(), event + ", KEYS_ROTATED keys/two");
  migrated_->Query("UPDATE syncline.audit_event SET event_time = event_time - interval '1 hour'");
  EXPECT_EQ(Open("moved", both_), "CREDENTIAL_CORRUPT");
  EXPECT_EQ(Kinds(), event + ", KEYS_ROTATED keys/two, " + event) << "an hour later it does";
}

TEST_F(KeyRotationTest, MovesToVaultWhichIsProvenAtStart) {
  const std::string token_file = testing::TempDir() + "/rotation-token-" + std::to_string(getpid());
  std::ofstream(token_file) << "vault-token";
  chmod(token_file.c_str(), 0600);
  const VaultClient::Options options{
      .address = "http://127.0.0.1:8200", .token_file = token_file, .name_space = ""};
  test::ScriptedVault vault;
  const VaultClient client(options, vault);
  const auto chain_over = [&](const VaultClient& to) {
    std::vector<std::unique_ptr<const secret::KeyProvider>> providers;
    providers.push_back(
        std::make_unique<VaultKeyProvider>(to, "transit", "syncline", migrated_->clock()));
    providers.push_back(std::make_unique<secret::Keyring>(*secret::Keyring::Parse(kOne)));
    return std::make_unique<secret::KeyChain>(std::move(providers));
  };
  const auto verify = [&](const secret::KeyProvider& keys) {
    secret::EnvelopeSealer sealer(keys);
    return store::VerifyKeys(database(), sealer);
  };
  Save("vendor", "first", one_);
  ASSERT_TRUE(Verify(one_).ok());
  const auto keys = chain_over(client);
  ASSERT_TRUE(verify(*keys).ok());
  ASSERT_EQ(Rotate(*keys)->behind(), 0);
  EXPECT_EQ(migrated_->Query("SELECT key_id FROM syncline.credential_secret"), "vault:syncline:v1");
  vault.Rotate();
  ASSERT_TRUE(verify(*keys).ok());
  EXPECT_EQ(Rotate(*keys)->rewrapped, 1) << "to the new version of the transit key";
  const VaultKeyProvider alone(client, "transit", "syncline", migrated_->clock());
  vault.SetOldestVersion(2);
  EXPECT_TRUE(verify(alone).ok()) << "neither the keyring nor the old version is needed";

  test::ScriptedVault another;
  another.Rotate();
  const VaultClient wrong(options, another);
  EXPECT_EQ(
      base::ReasonOf(verify(VaultKeyProvider(wrong, "transit", "syncline", migrated_->clock()))),
      Reason::kKeyUnavailable)
      << "a Vault with other bytes under the same name";
  vault.SetDown(true);
  EXPECT_EQ(
      base::ReasonOf(verify(VaultKeyProvider(client, "transit", "syncline", migrated_->clock()))),
      Reason::kKeyUnavailable);
  EXPECT_EQ(base::ReasonOf(Verify(one_)), Reason::kKeyUnavailable) << "Vault's key is in use";
  std::filesystem::remove(token_file);
}

TEST_F(KeyRotationTest, AuditEventsAreBounded) {
  migrated_->Query(
      "INSERT INTO syncline.audit_event (workspace_id, kind, resource, detail) SELECT 'default', "
      "'SECRETS_STORED', 'r', '' FROM generate_series(1, 100000)");
  audit_->Record("default", v1::AuditEvent::KIND_CREDENTIAL_DELETED, "r", std::string(5'000, 'x'));
  EXPECT_EQ(migrated_->Query("SELECT count(*) || ' ' || min(audit_event_id) || ' ' || "
                             "max(length(detail)) FROM syncline.audit_event"),
            "100000 2 1000");
}

}  // namespace
}  // namespace syncline::credential
