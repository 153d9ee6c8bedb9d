// Secret parts are sealed while no row is held, and written only if nobody was quicker.
#include <gmock/gmock.h>

#include "api/secret_write.h"
#include "secret/keyring.h"
#include "syncline/v1/credential_service.pb.h"
#include "tests/api/api_fixture.h"
#include "tests/support/recording_logger.h"
#include "tests/support/stored_secrets.h"
#include "tests/support/watched_keys.h"

namespace syncline::api {
namespace {

using testing::IsEmpty;

class SecretWriteTest : public test::MigratedDatabaseTest {
 protected:
  void SetUp() override {
    MigratedDatabaseTest::SetUp();
    if (!migrated_.has_value()) return;
    keys_.emplace(keyring_, [this](const auto& sql) { return migrated_->Query(sql); });
    auto logger = std::make_unique<test::RecordingLogger>();
    logger_ = logger.get();
    stack_.emplace(*migrated_, std::move(logger), &*keys_);
  }
  template <typename Response, typename Request>
  absl::StatusOr<Response> Call(const std::string& method, const std::string& request) {
    return stack_->client().Call<Response>("CredentialService/" + method, Proto<Request>(request));
  }
  absl::StatusOr<v1::Credential> Create(const std::string& id, const std::string& kind,
                                        const std::string& rest = "") {
    return Call<v1::Credential, v1::CreateCredentialRequest>(
        "CreateCredential", "parent: 'workspaces/default' credential_id: '" + id +
                                "' credential { allowed_hosts: 'p.example' " + kind + " } " + rest);
  }
  absl::StatusOr<v1::Credential> Update(const std::string& id, const std::string& kind,
                                        const std::string& rest = "") {
    return Call<v1::Credential, v1::UpdateCredentialRequest>(
        "UpdateCredential",
        "credential { name: 'workspaces/default/credentials/" + id + "' " + kind + " } " + rest);
  }
  absl::StatusOr<v1::Credential> CreateBasic() {
    return Create("basic", "basic { secret_username: 'user-1' password: 'pass-1' }");
  }
  std::string Stored(const std::string& path) {
    const auto secrets = test::OpenSecrets(database(), stack_->vault(), {"default", "basic"});
    EXPECT_TRUE(secrets.ok()) << secrets.status();
    return secrets.ok() && secrets->contains(path) ? std::string(secrets->at(path).Reveal()) : "";
  }

  const secret::Keyring keyring_ =
      *secret::Keyring::Parse("test AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n");
  std::optional<test::WatchedKeys> keys_;
  test::RecordingLogger* logger_ = nullptr;  // owned by the stack
  std::optional<ApiStack> stack_;
};

TEST_F(SecretWriteTest, NoKeyIsAskedForWhileARowIsHeld) {
  ASSERT_TRUE(CreateBasic().ok());
  EXPECT_EQ(keys_->wrap_count(), 2);
  ASSERT_TRUE(Update("basic", "basic { password: 'pass-2' }").ok());
  EXPECT_EQ(keys_->wrap_count(), 4) << "the one that stays is sealed for the new version, too";
  EXPECT_EQ(Stored("basic.secret_username"), "user-1");
  EXPECT_EQ(Stored("basic.password"), "pass-2");
  ASSERT_TRUE(Update("basic", "basic { password: 'x' }", "validate_only: true").ok());
  EXPECT_EQ(Stored("basic.password"), "pass-2");
  EXPECT_THAT(keys_->called_under_locks(), IsEmpty());
}

TEST_F(SecretWriteTest, NothingIsSealedForAChangeThatIsRefused) {
  ASSERT_TRUE(CreateBasic().ok());
  const int before = keys_->wrap_count();
  EXPECT_EQ(ReasonText(CreateBasic().status()), "ALREADY_EXISTS");
  EXPECT_EQ(ReasonText(Update("absent", "basic { password: 'x' }").status()), "NOT_FOUND");
  EXPECT_EQ(ReasonText(Update("basic", "basic { password: 'x' } etag: 'old'").status()),
            "ETAG_MISMATCH");
  ASSERT_TRUE(Update("basic", "display_name: 'B'").ok());
  ASSERT_TRUE(Update("basic", "none {}", "update_mask { paths: '*' }").ok());
  EXPECT_EQ(keys_->wrap_count(), before) << "taking secret parts away needs no key";
}

TEST_F(SecretWriteTest, ARetryOfTheSameRequestSealsNothing) {
  const std::string id = "request_id: '01890a5d-ac96-774b-bcce-b302099a8057'";
  ASSERT_TRUE(Create("basic", "basic { username: 'u' password: 'p' }", id).ok());
  const int before = keys_->wrap_count();
  const auto again = Create("basic", "basic { username: 'u' password: 'p' }", id);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->secret_version(), 1);
  EXPECT_EQ(keys_->wrap_count(), before);
}

// A line of the log for every event of the table, and none for what did not happen.
TEST_F(SecretWriteTest, WhatHappenedToSecretsStandsInTheLogOnce) {
  const std::string id = "request_id: '01890a5d-ac96-774b-bcce-b302099a8057'";
  const std::string kind = "basic { username: 'u' password: 'sentinel-p' }";
  ASSERT_TRUE(Create("basic", kind, "validate_only: true").ok());
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(Create("basic", kind, id).ok());
  EXPECT_FALSE(Create("basic", kind).ok());
  ASSERT_TRUE(Update("basic", "display_name: 'B'").ok());
  ASSERT_TRUE(Update("basic", "allowed_hosts: 'q.example' " + kind).ok());
  ASSERT_TRUE((Call<google::protobuf::Empty, v1::DeleteCredentialRequest>(
                   "DeleteCredential", "name: 'workspaces/default/credentials/basic'"))
                  .ok());
  const std::string resource = " resource=workspaces/default/credentials/basic detail=";
  const auto line = [&](const std::string& event, const std::string& detail) {
    return "audit.event kind=KIND_" + event + resource + detail;
  };
  EXPECT_THAT(logger_->lines("audit.event"),
              testing::ElementsAre(line("SECRETS_STORED", "values: basic.password"),
                                   line("SECRETS_STORED", "values: basic.password"),
                                   line("HOSTS_CHANGED", "from p.example to q.example"),
                                   line("CREDENTIAL_DELETED", "")));
  EXPECT_EQ(migrated_->Query("SELECT count(*) FROM syncline.audit_event"), "4");
}

TEST_F(SecretWriteTest, AChangeInBetweenIsNotLost) {
  ASSERT_TRUE(CreateBasic().ok());
  int rounds = 0;
  keys_->OnWrap([&] {
    if (rounds++ > 0) return;  // the other one seals with these keys, too
    const auto other = Update("basic", "basic { secret_username: 'user-2' }");
    ASSERT_TRUE(other.ok()) << other.status();
  });
  const auto updated = Update("basic", "basic { password: 'pass-2' }");
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->secret_version(), 3);
  EXPECT_EQ(Stored("basic.secret_username"), "user-2") << "what was sealed of the old one went";
  EXPECT_EQ(Stored("basic.password"), "pass-2");
  EXPECT_THAT(keys_->called_under_locks(), IsEmpty());
}

TEST_F(SecretWriteTest, AnotherCredentialOfTheSameNameKeepsItsOwnSecrets) {
  ASSERT_TRUE(CreateBasic().ok());
  int rounds = 0;
  keys_->OnWrap([&] {
    if (rounds++ > 0) return;
    migrated_->Query("DELETE FROM syncline.credential RETURNING 1");
    const auto other = Create("basic", "basic { secret_username: 'other' password: 'x' }");
    ASSERT_TRUE(other.ok()) << other.status();
  });
  const auto updated = Update("basic", "basic { password: 'pass-2' }");
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(Stored("basic.secret_username"), "other");
}

TEST_F(SecretWriteTest, WhoeverIsOutrunEachTimeIsToldSo) {
  ASSERT_TRUE(CreateBasic().ok());
  int rounds = 0;
  int version = 1;
  keys_->OnWrap([&] {
    // Of two parts the first: once a round.
    if (rounds++ % 2 != 0) return;
    auth::SecretMap secrets;
    secrets.emplace("basic.secret_username", secret::Secret("user"));
    secrets.emplace("basic.password", secret::Secret("pass"));
    secret::EnvelopeSealer sealer(keyring_);
    credential::CredentialVault vault(sealer);
    const auto saved = test::SaveSecrets(database(), vault, {"default", "basic"}, secrets);
    ASSERT_TRUE(saved.ok()) << saved.status();
    version = static_cast<int>(*saved);
  });
  const absl::Status status = Update("basic", "basic { password: 'pass-2' }").status();
  EXPECT_EQ(ReasonText(status), "DATABASE_CONFLICT");
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(version, 1 + SecretWrite::kRoundsMax);
  EXPECT_EQ(Stored("basic.password"), "pass");
  EXPECT_THAT(keys_->called_under_locks(), IsEmpty());
}

TEST_F(SecretWriteTest, TheTokensOfAConsentAreSealedWhileNoRowIsHeld) {
  ASSERT_TRUE(Create("vendor",
                     "oauth2 { token_url: 'https://p.example/token' client_id: 'c' "
                     "client_secret: 's' authorization_code { authorization_url: "
                     "'https://p.example/authorize' } }")
                  .ok());
  const std::string name = "name: 'workspaces/default/credentials/vendor' ";
  const auto begun = Call<v1::BeginAuthorizationResponse, v1::BeginAuthorizationRequest>(
      "BeginAuthorization", name + "redirect_uri: 'http://127.0.0.1:7777/callback'");
  ASSERT_TRUE(begun.ok()) << begun.status();
  stack_->vendor().EnqueueJson(R"({"access_token": "a", "refresh_token": "r", "expires_in": 60})");
  // A refresh that was under way ends while the tokens of the consent are sealed.
  int rounds = 0;
  keys_->OnWrap([&] {
    if (rounds++ > 0) return;
    migrated_->Query(
        "INSERT INTO syncline.oauth_token (workspace_id, credential_id, alternative, version) "
        "VALUES ('default', 'vendor', '', 7) RETURNING 1");
  });
  const auto completed = Call<v1::CompleteAuthorizationResponse, v1::CompleteAuthorizationRequest>(
      "CompleteAuthorization", name + "state: '" + begun->state() + "' code: 'code'");
  ASSERT_TRUE(completed.ok()) << completed.status();
  credential::PostgresTokenStore tokens(database(), stack_->vault().sealer(), migrated_->clock(),
                                        migrated_->random(), {{"default", "vendor"}, ""}, 0);
  EXPECT_EQ(tokens.Read()->access_token.Reveal(), "a");
  EXPECT_EQ(tokens.Read()->version, 8);
  EXPECT_EQ(rounds, 4) << "two tokens, sealed twice";
  EXPECT_THAT(keys_->called_under_locks(), IsEmpty());
}

}  // namespace
}  // namespace syncline::api
