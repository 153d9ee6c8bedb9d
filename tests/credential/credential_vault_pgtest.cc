#include <gmock/gmock.h>

#include "base/status.h"
#include "credential/credential_opener.h"
#include "credential/credential_vault.h"
#include "secret/digest.h"
#include "secret/envelope_sealer.h"
#include "secret/keyring.h"
#include "store/credential_store.h"
#include "store/key_canary.h"
#include "tests/support/migrated_database.h"
#include "tests/support/scripted_transport.h"
#include "tests/support/stored_secrets.h"
#include "tests/support/watched_keys.h"

namespace syncline::credential {
namespace {

using base::Reason;
using store::Transaction;

constexpr const char* kOne = "one AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n";
constexpr const char* kOtherOne = "one 5555555555555555555555555555555555555555554=\n";
constexpr const char* kTwo = "two //////////////////////////////////////////8=\n";
constexpr const char* kSentinel = "SENTINEL-hunter2-SENTINEL";

class CredentialVaultTest : public test::MigratedDatabaseTest {
 protected:
  void SetUp() override {
    test::MigratedDatabaseTest::SetUp();
    if (IsSkipped()) return;
    Insert("vendor");
    Insert("other");
  }
  void Insert(const std::string& id) {
    v1::Credential credential;
    credential.add_allowed_hosts("127.0.0.1");
    credential.mutable_basic()->set_username("reader");
    Run([&](Transaction& transaction) {
      return store::InsertCredential(transaction, {"default", id}, credential).status();
    });
  }
  void Run(const std::function<absl::Status(Transaction&)>& work) {
    const absl::Status status = database().RunTransaction(work);
    EXPECT_TRUE(status.ok()) << status;
  }
  std::int64_t Save(const std::string& id, const std::string& password) {
    auth::SecretMap secrets;
    secrets.emplace("basic.password", secret::Secret(password));
    const auto version = test::SaveSecrets(database(), vault_, {"default", id}, secrets);
    EXPECT_TRUE(version.ok()) << version.status();
    return version.value_or(0);
  }
  absl::StatusOr<std::string> Open(const std::string& id, CredentialVault& vault) {
    SYNCLINE_ASSIGN_OR_RETURN(const auth::SecretMap secrets,
                              test::OpenSecrets(database(), vault, {"default", id}));
    return secrets.empty() ? "none" : std::string(secrets.at("basic.password").Reveal());
  }
  Reason OpenReason(const std::string& id) {
    const auto opened = Open(id, vault_);
    return opened.ok() ? Reason::kInternal : base::ReasonOf(opened.status());
  }
  absl::Status VerifyWith(const std::string& keyring) {
    const secret::Keyring ring = *secret::Keyring::Parse(keyring);
    secret::EnvelopeSealer sealer(ring);
    return store::VerifyKeys(database(), sealer);
  }

  const secret::Keyring keyring_ = *secret::Keyring::Parse(kOne);
  secret::EnvelopeSealer sealer_{keyring_};
  CredentialVault vault_{sealer_};
};

TEST_F(CredentialVaultTest, OpensTheCurrentVersion) {
  EXPECT_EQ(*Open("vendor", vault_), "none");
  EXPECT_EQ(Save("vendor", "first"), 1);
  EXPECT_EQ(*Open("vendor", vault_), "first");
  EXPECT_EQ(Save("vendor", "second"), 2);
  EXPECT_EQ(*Open("vendor", vault_), "second");
  EXPECT_EQ(migrated_->Query("SELECT count(*) FROM syncline.credential_secret"), "1");
  EXPECT_EQ(OpenReason("absent"), Reason::kNotFound);
}

// Whoever sealed for a version that has come meanwhile would put back what others replaced.
TEST_F(CredentialVaultTest, WritesTheNextVersionOnly) {
  Save("vendor", "first");
  auth::SecretMap late;
  late.emplace("basic.password", secret::Secret("late"));
  for (const std::int64_t version : {0, 1, 3}) {
    const auto sealed = vault_.Seal({"default", "vendor"}, version, late);
    ASSERT_TRUE(sealed.ok()) << sealed.status();
    bool written = true;
    Run([&](Transaction& transaction) -> absl::Status {
      SYNCLINE_ASSIGN_OR_RETURN(
          written, CredentialVault::Write(transaction, {"default", "vendor"}, *sealed));
      return absl::OkStatus();
    });
    EXPECT_FALSE(written) << version;
  }
  EXPECT_EQ(*Open("vendor", vault_), "first");
  EXPECT_EQ(Save("vendor", "second"), 2);
}

TEST_F(CredentialVaultTest, KeysAreProvenOutsideOfTransactions) {
  Save("vendor", "one");
  ASSERT_TRUE(VerifyWith(kOne).ok());
  const secret::Keyring ring = *secret::Keyring::Parse(std::string(kTwo) + kOne);
  const test::WatchedKeys keys(ring, [&](const auto& sql) { return migrated_->Query(sql); });
  secret::EnvelopeSealer sealer(keys);
  for (const char* const round : {"the new key gets its canary", "all have theirs"}) {
    EXPECT_TRUE(store::VerifyKeys(database(), sealer).ok()) << round;
  }
  EXPECT_GT(keys.wrap_count(), 0);
  EXPECT_THAT(keys.called_under_locks(), testing::IsEmpty());
  // The watch sees what it is there for.
  Run([&](Transaction& transaction) -> absl::Status {
    SYNCLINE_RETURN_IF_ERROR(
        store::FindCredential(transaction, {"default", "vendor"}, store::Lock::kForUpdate)
            .status());
    return sealer.Seal(secret::Secret("x"), "context").status();
  });
  EXPECT_THAT(keys.called_under_locks(),
              testing::ElementsAre(testing::HasSubstr("credential RowShareLock")));
}

TEST_F(CredentialVaultTest, AKeyThatIsRefusedLeavesNoCanary) {
  ASSERT_TRUE(VerifyWith(kOne).ok());
  Save("vendor", "one");
  ASSERT_EQ(base::ReasonOf(VerifyWith(kTwo)), Reason::kKeyUnavailable);
  EXPECT_EQ(migrated_->Query("SELECT string_agg(key_id, ',') FROM syncline.key_canary"), "one");
}

TEST_F(CredentialVaultTest, MovedOrOldCiphertextIsCorrupt) {
  Save("vendor", "one");
  migrated_->Query("CREATE TABLE public.old AS SELECT * FROM syncline.credential_secret");
  Save("other", "two");
  migrated_->Query(
      "UPDATE syncline.credential_secret t SET wrapped_key = s.wrapped_key, ciphertext = "
      "s.ciphertext "
      "FROM syncline.credential_secret s WHERE t.credential_id = 'other' AND s.credential_id = "
      "'vendor'");
  EXPECT_EQ(OpenReason("other"), Reason::kCredentialCorrupt) << "another credential's";
  EXPECT_EQ(*Open("vendor", vault_), "one");

  Save("vendor", "two");
  migrated_->Query("DELETE FROM syncline.credential_secret WHERE credential_id = 'vendor'");
  migrated_->Query("INSERT INTO syncline.credential_secret SELECT * FROM public.old");
  EXPECT_EQ(OpenReason("vendor"), Reason::kCredentialCorrupt) << "an old one put back";
  migrated_->Query(
      "UPDATE syncline.credential_secret SET version = 2 WHERE credential_id = 'vendor'");
  EXPECT_EQ(OpenReason("vendor"), Reason::kCredentialCorrupt) << "an old one under the new version";

  Save("vendor", "three");
  migrated_->Query(
      "UPDATE syncline.credential_secret SET field = 'api_token.token' WHERE credential_id = "
      "'vendor'");
  EXPECT_EQ(OpenReason("vendor"), Reason::kCredentialCorrupt) << "another field";
}

TEST_F(CredentialVaultTest, UnknownKeyIsUnavailable) {
  Save("vendor", "one");
  const secret::Keyring ring = *secret::Keyring::Parse(kTwo);
  secret::EnvelopeSealer sealer(ring);
  CredentialVault vault(sealer);
  EXPECT_EQ(base::ReasonOf(Open("vendor", vault).status()), Reason::kKeyUnavailable);
}

TEST_F(CredentialVaultTest, AuthenticatorSignsWithTheStoredSecret) {
  Save("vendor", "pass");
  test::ScriptedTransport transport;
  const auth::Environment sign_in{
      .transport = transport, .clock = migrated_->clock(), .random = migrated_->random()};
  const SecretSources sources;
  CredentialOpener opener(database(), vault_, sources);
  const auto open = opener.Open({"default", "vendor"});
  ASSERT_TRUE(open.ok()) << open.status();
  EXPECT_TRUE(auth::MakeAuthenticator(open->credential, open->secrets, sign_in).ok());
  v1::Credential token;
  token.add_allowed_hosts("127.0.0.1");
  token.mutable_api_token()->set_header("Authorization");
  Run([&](Transaction& transaction) {
    return store::InsertCredential(transaction, {"default", "token"}, token).status();
  });
  const auto bare = opener.Open({"default", "token"});
  ASSERT_TRUE(bare.ok()) << bare.status();
  const absl::Status without =
      auth::MakeAuthenticator(bare->credential, bare->secrets, sign_in).status();
  ASSERT_FALSE(without.ok()) << "nothing was stored to sign with";
  EXPECT_EQ(base::ReasonOf(without), Reason::kCredentialCorrupt);
}

// I5: what pg_dump would write holds the secret in no form.
TEST_F(CredentialVaultTest, NoRowOfAnyTableHoldsTheSecret) {
  Save("vendor", kSentinel);
  const std::string rows = migrated_->Query(
      "SELECT string_agg(query_to_xml(format('SELECT t::text FROM %I.%I t', schemaname, "
      "tablename), true, true, "
      "'')::text, '') FROM pg_tables WHERE schemaname = 'syncline' OR schemaname LIKE 'ws%'");
  ASSERT_NE(rows.find("basic.password"), std::string::npos) << "the scan sees the row";
  for (const std::string& form : {std::string(kSentinel), secret::EncodeHex(kSentinel),
                                  secret::EncodeBase64(kSentinel).substr(0, 28)}) {
    EXPECT_EQ(rows.find(form), std::string::npos) << form;
  }
}

TEST_F(CredentialVaultTest, StartRefusesAKeyringThatDoesNotFit) {
  ASSERT_TRUE(VerifyWith(kOne).ok());
  ASSERT_TRUE(VerifyWith(kOne).ok()) << "again";
  const absl::Status exchanged = VerifyWith(kOtherOne);
  EXPECT_EQ(base::ReasonOf(exchanged), Reason::kKeyUnavailable) << exchanged;
  Save("vendor", "one");
  EXPECT_EQ(base::ReasonOf(VerifyWith(kTwo)), Reason::kKeyUnavailable) << "a key in use is missing";
  EXPECT_TRUE(VerifyWith(std::string(kTwo) + kOne).ok()) << "rotation";
  migrated_->Query("DELETE FROM syncline.credential_secret");
  EXPECT_TRUE(VerifyWith(kTwo).ok()) << "the old key seals nothing any more";
}

}  // namespace
}  // namespace syncline::credential
