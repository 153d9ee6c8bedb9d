#include <fmt/format.h>
#include <gmock/gmock.h>

#include "base/log.h"
#include "credential/audit_log.h"
#include "credential/key_rotation.h"
#include "credential/postgres_token_store.h"
#include "secret/digest.h"
#include "secret/envelope_sealer.h"
#include "secret/keyring.h"
#include "store/credential_store.h"
#include "store/key_canary.h"
#include "tests/contract/token_store_contract.h"
#include "tests/support/migrated_database.h"

namespace syncline::credential {
namespace {

using auth::TokenLease;
using base::Reason;
using store::Transaction;

constexpr const char* kKey = "one AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n";
constexpr const char* kOtherKey = "two //////////////////////////////////////////8=\n";
const model::CredentialName kVendor{"default", "vendor"};

void Insert(store::Database& database, const model::CredentialName& name) {
  v1::Credential credential;
  credential.add_allowed_hosts("127.0.0.1");
  credential.mutable_oauth2()->set_client_id("client");
  const absl::Status status = database.RunTransaction([&](Transaction& transaction) {
    return store::InsertCredential(transaction, name, credential).status();
  });
  ASSERT_TRUE(status.ok()) << status;
}

void Forget(store::Database& database, const model::CredentialName& name) {
  const absl::Status status = database.RunTransaction(
      [&](Transaction& transaction) { return store::ForgetOAuthTokens(transaction, name); });
  ASSERT_TRUE(status.ok()) << status;
}

class PostgresTokenHarness final : public test::TokenStoreHarness {
 public:
  PostgresTokenHarness() { Insert(migrated_.database(), kVendor); }
  auth::TokenStore& first() override { return first_; }
  auth::TokenStore& second() override { return second_; }
  // Everything that is known happened that much earlier.
  void Advance(std::chrono::seconds duration) override {
    migrated_.Query(fmt::format(
        "UPDATE syncline.oauth_token SET issue_time = issue_time - interval '{0} s', "
        "expire_time = expire_time - interval '{0} s', lease_until = lease_until - interval '{0} "
        "s', attempt_time = attempt_time - interval '{0} s'",
        duration.count()));
  }
  void ChangeSignIn() override { Forget(migrated_.database(), kVendor); }

 private:
  PostgresTokenStore Make() {
    return {migrated_.database(), sealer_, migrated_.clock(), migrated_.random(), {kVendor, ""}, 0};
  }
  test::MigratedDatabase migrated_;
  const secret::Keyring keyring_ = *secret::Keyring::Parse(kKey);
  secret::EnvelopeSealer sealer_{keyring_};
  PostgresTokenStore first_ = Make();
  PostgresTokenStore second_ = Make();
};

class PostgresTokenStoreTest : public test::MigratedDatabaseTest {
 protected:
  void SetUp() override {
    test::MigratedDatabaseTest::SetUp();
    if (IsSkipped()) return;
    Insert(database(), kVendor);
    Insert(database(), {"default", "other"});
  }
  PostgresTokenStore Make(const std::string& credential = "vendor",
                          const std::string& alternative = "", std::int64_t epoch = 0) {
    return {database(),
            sealer_,
            migrated_->clock(),
            migrated_->random(),
            {{"default", credential}, alternative},
            epoch};
  }
  static void Refresh(PostgresTokenStore store, const std::string& access,
                      const std::string& refresh) {
    const auto lease = store.TakeLease(store.Read()->version);
    ASSERT_TRUE(lease.ok() && lease->has_value());
    ASSERT_TRUE(*store.MarkAttempt(**lease));
    ASSERT_TRUE(*store.Store(**lease, secret::Secret(access), secret::Secret(refresh),
                             std::chrono::seconds(60)));
  }
  static std::string Read(PostgresTokenStore store) {
    const auto tokens = store.Read();
    if (!tokens.ok()) return std::string(base::ReasonName(base::ReasonOf(tokens.status())));
    return fmt::format("{} {} {}", tokens->version, tokens->access_token.Reveal(),
                       tokens->refresh_token.Reveal());
  }

  PostgresTokenStore::SealedConsent SealConsent(PostgresTokenStore& store,
                                                const std::string& access) {
    const auto sealed = store.SealConsent(secret::Secret(access), secret::Secret("r"),
                                          migrated_->clock().Now(), std::nullopt);
    EXPECT_TRUE(sealed.ok()) << sealed.status();
    return sealed.value_or(PostgresTokenStore::SealedConsent());
  }
  bool TakeIn(PostgresTokenStore& store, const PostgresTokenStore::SealedConsent& consent) {
    bool taken = false;
    const absl::Status status =
        database().RunTransaction([&](Transaction& transaction) -> absl::Status {
          SYNCLINE_RETURN_IF_ERROR(
              store::FindCredential(transaction, kVendor, store::Lock::kForUpdate).status());
          SYNCLINE_ASSIGN_OR_RETURN(taken, store.Authorize(transaction, consent));
          return absl::OkStatus();
        });
    EXPECT_TRUE(status.ok()) << status;
    return taken;
  }

  const secret::Keyring keyring_ = *secret::Keyring::Parse(kKey);
  secret::EnvelopeSealer sealer_{keyring_};
};

TEST_F(PostgresTokenStoreTest, EachSignInHasARowOfItsOwn) {
  Refresh(Make(), "a", "r");
  Refresh(Make("vendor", "backup"), "b", "s");
  Refresh(Make("other"), "c", "t");
  EXPECT_EQ(Read(Make()), "1 a r");
  EXPECT_EQ(Read(Make("vendor", "backup")), "1 b s");
  EXPECT_EQ(Read(Make("absent")), "NOT_FOUND");
  Forget(database(), kVendor);
  EXPECT_EQ(migrated_->Query("SELECT count(*) FROM syncline.oauth_token"), "1");
  EXPECT_EQ(Read(Make("vendor", "", 1)), "0  ");
  EXPECT_EQ(Read(Make("other")), "1 c t");
}

TEST_F(PostgresTokenStoreTest, MovedOrOldTokensAreCorrupt) {
  struct Row {
    const char* name;
    const char* change;
  };
  const std::vector<Row> rows = {
      {"another credential's",
       "UPDATE syncline.oauth_token t SET access_wrapped_key = s.access_wrapped_key, "
       "access_ciphertext = s.access_ciphertext FROM syncline.oauth_token s "
       "WHERE t.credential_id = 'vendor' AND s.credential_id = 'other'"},
      {"the refresh token as the access token",
       "UPDATE syncline.oauth_token SET access_wrapped_key = refresh_wrapped_key, "
       "access_ciphertext = refresh_ciphertext WHERE credential_id = 'vendor'"},
      {"another version",
       "UPDATE syncline.oauth_token SET version = version + 1 "
       "WHERE credential_id = 'vendor'"},
      {"another alternative",
       "UPDATE syncline.oauth_token SET alternative = 'backup' "
       "WHERE credential_id = 'vendor'"},
  };
  Refresh(Make("other"), "c", "t");
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    migrated_->Query("DELETE FROM syncline.oauth_token WHERE credential_id = 'vendor'");
    Refresh(Make(), "a", "r");
    migrated_->Query(row.change);
    const bool moved = std::string(row.name) == "another alternative";
    EXPECT_EQ(Read(Make("vendor", moved ? "backup" : "")), "CREDENTIAL_CORRUPT");
  }
}

// I5: what pg_dump would write holds no token in any form.
TEST_F(PostgresTokenStoreTest, NoRowOfAnyTableHoldsAToken) {
  const std::string sentinel = "SENTINEL-hunter2-SENTINEL";
  Refresh(Make(), sentinel + "-access", sentinel + "-refresh");
  const std::string rows = migrated_->Query(
      "SELECT string_agg(query_to_xml(format('SELECT t::text FROM %I.%I t', schemaname, "
      "tablename), true, true, '')::text, '') FROM pg_tables WHERE schemaname = 'syncline'");
  ASSERT_NE(rows.find("AES-256-GCM"), std::string::npos) << "the scan sees the row";
  for (const std::string& form :
       {sentinel, secret::EncodeHex(sentinel), secret::EncodeBase64(sentinel).substr(0, 28)}) {
    EXPECT_EQ(rows.find(form), std::string::npos) << form;
  }
}

TEST_F(PostgresTokenStoreTest, RotationWrapsTheKeysOfTokensAnew) {
  Refresh(Make(), "a", "r");
  Refresh(Make(), "b", "s");
  Refresh(Make("vendor", "backup"), "c", "");
  const secret::Keyring both = *secret::Keyring::Parse(std::string(kOtherKey) + kKey);
  const auto logger = base::MakeNullLogger();
  AuditLog audit(database(), *logger);
  const auto report = KeyRotation(database(), both, audit).Run([](std::int64_t) {});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->rewrapped, 3);
  EXPECT_EQ(report->corrupt, 0);
  EXPECT_EQ(report->behind(), 0);

  const secret::Keyring other = *secret::Keyring::Parse(kOtherKey);
  secret::EnvelopeSealer sealer(other);
  PostgresTokenStore store(database(), sealer, migrated_->clock(), migrated_->random(),
                           {kVendor, ""}, 0);
  const auto tokens = store.Read();
  ASSERT_TRUE(tokens.ok()) << "the old key has gone: " << tokens.status();
  EXPECT_EQ(tokens->access_token.Reveal(), "b");
  EXPECT_EQ(tokens->refresh_token.Reveal(), "s");
}

TEST_F(PostgresTokenStoreTest, AKeyThatSealsATokenMayNotLeaveTheKeyring) {
  ASSERT_TRUE(store::VerifyKeys(database(), sealer_).ok());
  Refresh(Make(), "a", "r");
  const secret::Keyring ring = *secret::Keyring::Parse(kOtherKey);
  secret::EnvelopeSealer other(ring);
  EXPECT_EQ(base::ReasonOf(store::VerifyKeys(database(), other)), Reason::kKeyUnavailable);
}

TEST_F(PostgresTokenStoreTest, AConsentReplacesWhateverIsThere) {
  PostgresTokenStore store = Make();
  const auto authorize = [&](const std::string& access) {
    EXPECT_TRUE(TakeIn(store, SealConsent(store, access)));
  };
  authorize("first");
  EXPECT_EQ(Read(Make()), "1 first r");
  const TokenLease refresh = **store.TakeLease(1);
  EXPECT_TRUE(*store.RequireReauthorization(refresh, std::string(5'000, 'm')));
  EXPECT_EQ(store.Read()->state_message.size(), PostgresTokenStore::kStateMessageBytesMax);
  authorize("second");
  EXPECT_EQ(Read(Make()), "2 second r");
  EXPECT_FALSE(store.Read()->reauth_required);
  const TokenLease under_way = **store.TakeLease(2);
  authorize("third");
  EXPECT_FALSE(*store.Store(under_way, secret::Secret("late"), {}, std::nullopt));
  EXPECT_EQ(Read(Make()), "3 third r");
}

TEST_F(PostgresTokenStoreTest, AConsentThatWasSealedBesideARefreshIsSealedAnew) {
  PostgresTokenStore store = Make();
  const auto sealed = SealConsent(store, "consent");
  Refresh(Make(), "a", "r");
  EXPECT_FALSE(TakeIn(store, sealed)) << "sealed for version 1, which is there now";
  EXPECT_EQ(Read(Make()), "1 a r");
  EXPECT_TRUE(TakeIn(store, SealConsent(store, "consent")));
  EXPECT_EQ(Read(Make()), "2 consent r");
}

}  // namespace
}  // namespace syncline::credential

namespace syncline::test {
namespace {

INSTANTIATE_TEST_SUITE_P(Postgres, TokenStoreContract, testing::Values([] {
                           if (TestDatabase::Available()) {
                             return std::unique_ptr<TokenStoreHarness>(
                                 new credential::PostgresTokenHarness());
                           }
                           return std::unique_ptr<TokenStoreHarness>();
                         }));

}  // namespace
}  // namespace syncline::test
