#include <gmock/gmock.h>

#include "model/resource_name.h"
#include "syncline/v1/credential_service.pb.h"
#include "tests/api/api_fixture.h"
#include "tests/support/stored_secrets.h"
#include "tests/support/test_authority.h"

namespace syncline::api {
namespace {

using google::protobuf::Empty;
using ::testing::Contains;
using ::testing::ElementsAre;

constexpr const char* kName = "workspaces/default/credentials/okta";
constexpr const char* kCreate = R"(
  parent: "workspaces/default" credential_id: "okta"
  credential { allowed_hosts: "a.example"
               api_token { header: "Authorization" prefix: "SSWS " token: "sentinel-one" } })";

class CredentialServiceTest : public ApiTest {
 protected:
  absl::StatusOr<v1::Credential> Create(const std::string& request) {
    return CallText<v1::Credential, v1::CreateCredentialRequest>(
        "CredentialService/CreateCredential", request);
  }
  absl::StatusOr<v1::Credential> Update(const std::string& credential,
                                        const std::string& rest = "") {
    return CallText<v1::Credential, v1::UpdateCredentialRequest>(
        "CredentialService/UpdateCredential",
        "credential { name: \"" + std::string(kName) + "\" " + credential + "} " + rest);
  }
  std::string StoredToken(const std::string& path = "api_token.token") {
    const auto secrets = test::OpenSecrets(database(), stack_->vault(), {"default", "okta"});
    EXPECT_TRUE(secrets.ok()) << secrets.status();
    if (!secrets.ok() || !secrets->contains(path)) return "absent";
    return std::string(secrets->at(path).Reveal());
  }
};

TEST_F(CredentialServiceTest, TestingSignsInAtTheVendorAndSaysWhatHappened) {
  ASSERT_TRUE(Create(kCreate).ok());
  const auto test = [&](const std::string& rest) {
    return CallText<v1::TestCredentialResponse, v1::TestCredentialRequest>(
        "CredentialService/TestCredential", "name: \"" + std::string(kName) + "\" " + rest);
  };
  stack_->vendor().EnqueueJson("{}");
  const auto accepted = test("url: 'https://a.example/me'");
  ASSERT_TRUE(accepted.ok()) << accepted.status();
  EXPECT_TRUE(accepted->accepted()) << accepted->explanation();
  EXPECT_EQ(accepted->status(), 200);
  EXPECT_EQ(stack_->vendor().requests().at(0).headers.Find("Authorization"), "SSWS sentinel-one");

  stack_->vendor().EnqueueJson(R"({"error":"no sentinel-one here"})", 401);
  const auto refused = test("url: 'https://a.example/me'");
  EXPECT_FALSE(refused->accepted());
  EXPECT_EQ(refused->reason(), "AUTH_FAILED");
  EXPECT_EQ(refused->DebugString().find("sentinel"), std::string::npos);

  EXPECT_EQ(test("url: 'https://other.example/'")->reason(), "HOST_NOT_ALLOWED");
  EXPECT_EQ(stack_->vendor().requests().size(), 2U) << "nothing goes to other hosts";
  EXPECT_THAT(WrongFields(test("url: 'me'").status()), ElementsAre("url"));
  EXPECT_EQ(ReasonText(CallText<v1::TestCredentialResponse, v1::TestCredentialRequest>(
                           "CredentialService/TestCredential",
                           "name: 'workspaces/default/credentials/none' url: 'https://a.example/'")
                           .status()),
            "NOT_FOUND");
}

TEST_F(CredentialServiceTest, SecretsGoInAndNeverComeOut) {
  const auto created = Create(kCreate);
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->secret_version(), 1);
  EXPECT_EQ(created->api_token().prefix(), "SSWS ");
  EXPECT_EQ(created->DebugString().find("sentinel"), std::string::npos);
  EXPECT_EQ(StoredToken(), "sentinel-one");
  EXPECT_EQ(migrated_->Query("SELECT count(*) FROM syncline.credential "
                             "WHERE spec::text LIKE '%sentinel%'"),
            "0");
  const auto listed = CallText<v1::ListCredentialsResponse, v1::ListCredentialsRequest>(
      "CredentialService/ListCredentials", R"(parent: "workspaces/default")");
  ASSERT_EQ(listed->credentials_size(), 1);
  EXPECT_EQ(listed->credentials(0).SerializeAsString(), created->SerializeAsString());
}

TEST_F(CredentialServiceTest, UpdatesKeepTheSecretUnlessItIsGiven) {
  ASSERT_TRUE(Create(kCreate).ok());
  const auto renamed = Update(R"(display_name: "Okta")");
  ASSERT_TRUE(renamed.ok()) << renamed.status();
  EXPECT_EQ(renamed->secret_version(), 1);
  EXPECT_EQ(StoredToken(), "sentinel-one");
  const auto rotated = Update(R"(api_token { token: "sentinel-two" })",
                              R"(update_mask { paths: "api_token.token" })");
  ASSERT_TRUE(rotated.ok()) << rotated.status();
  EXPECT_EQ(rotated->secret_version(), 2);
  EXPECT_EQ(rotated->api_token().prefix(), "SSWS ");
  EXPECT_EQ(StoredToken(), "sentinel-two");
}

TEST_F(CredentialServiceTest, OfSeveralTokensEachStaysUntilItsNameGoes) {
  ASSERT_TRUE(Create(R"(parent: "workspaces/default" credential_id: "okta"
      credential { allowed_hosts: "a.example" api_tokens {
        tokens { key: "one" value { header: "X-One" token: "sentinel-one" } }
        tokens { key: "two" value { header: "X-Two" token: "sentinel-two" } } } })")
                  .ok());
  const auto rotated = Update(R"(api_tokens {
        tokens { key: "one" value { header: "X-One" prefix: "Key " } }
        tokens { key: "two" value { header: "X-Two" token: "sentinel-new" } } })",
                              R"(update_mask { paths: "api_tokens" })");
  ASSERT_TRUE(rotated.ok()) << rotated.status();
  EXPECT_EQ(rotated->DebugString().find("sentinel"), std::string::npos);
  EXPECT_EQ(StoredToken("api_tokens.tokens.one.token"), "sentinel-one");
  EXPECT_EQ(StoredToken("api_tokens.tokens.two.token"), "sentinel-new");
  const auto shrunk = Update(R"(api_tokens { tokens { key: "two" value { header: "X-Two" } } })",
                             R"(update_mask { paths: "api_tokens" })");
  ASSERT_TRUE(shrunk.ok()) << shrunk.status();
  EXPECT_EQ(StoredToken("api_tokens.tokens.one.token"), "absent");
  EXPECT_EQ(StoredToken("api_tokens.tokens.two.token"), "sentinel-new");
}

TEST_F(CredentialServiceTest, AnEmptySecretTakesTheStoredOneAway) {
  ASSERT_TRUE(Create(R"(parent: "workspaces/default" credential_id: "okta"
      credential { allowed_hosts: "a.example" basic { secret_username: "key" password: "x" } })")
                  .ok());
  const auto named = Update(R"(basic { username: "me" secret_username: "" })",
                            R"(update_mask { paths: "basic" })");
  ASSERT_TRUE(named.ok()) << named.status();
  EXPECT_EQ(StoredToken("basic.secret_username"), "absent");
  EXPECT_EQ(StoredToken("basic.password"), "x");
}

TEST_F(CredentialServiceTest, OtherHostsWantTheSecretAgain) {
  ASSERT_TRUE(Create(kCreate).ok());
  const absl::Status refused = Update(R"(allowed_hosts: "evil.example")").status();
  EXPECT_EQ(ReasonText(refused), "INVALID_ARGUMENT");
  EXPECT_THAT(WrongFields(refused), ElementsAre("credential.apiToken.token"));
  EXPECT_EQ(StoredToken(), "sentinel-one");
  ASSERT_TRUE(Update(R"(allowed_hosts: "b.example" api_token { token: "sentinel-two" })",
                     R"(update_mask { paths: "allowed_hosts" paths: "api_token.token" })")
                  .ok());
  EXPECT_EQ(StoredToken(), "sentinel-two");
}

// Who may update a credential must not get its secrets sent to where they can read them.
TEST_F(CredentialServiceTest, WhateverSendsASecretElsewhereWantsItAgain) {
  struct Row {
    std::string name;
    std::string kind;    // with its secret, as created
    std::string change;  // without
    std::string again;   // the field that is wanted again
    std::string mistake;
    std::string path;  // of the vault
  };
  const std::string login = "login { request { url: 'https://a.example/{{secrets.pin}}' } } ";
  const std::string elsewhere = "login { request { url: 'https://a.example/x/{{secrets.pin}}' } } ";
  const std::string grant = "client_id: 'c' client_credentials {} token_url: 'https://a.example/";
  const std::vector<Row> rows = {
      {"hosts", "basic { username: 'u' password: 'sentinel' }",
       "allowed_hosts: 'b.example' basic { username: 'u' }", "basic.password",
       "is required again, for allowedHosts decides where it is sent, and changes",
       "basic.password"},
      {"login of a session", "session { secrets { key: 'pin' value: 'sentinel' } " + login + "}",
       "session { " + elsewhere + "}", "session.login[0].request.url", "", "session.secrets.pin"},
      {"token URL", "oauth2 { client_secret: 'sentinel' " + grant + "t' }",
       "oauth2 { " + grant + "u' }", "oauth2.clientSecret",
       "is required again, for oauth2.tokenUrl decides where it is sent, and changes",
       "oauth2.client_secret"},
      {"place of a token", "api_token { header: 'A' token: 'sentinel' }",
       "api_token { query: 'q' }", "apiToken.token", "", "api_token.token"},
      {"authorities", "basic { username: 'u' password: 'sentinel' }",
       "basic { username: 'u' } tls { ca_certificates: '" +
           test::TestAuthority("other").certificate() + "' }",
       "basic.password",
       "is required again, for tls.caCertificates decides where it is sent, and changes",
       "basic.password"},
  };
  const auto escaped = [](std::string text) {
    for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2) {
      text.replace(at, 1, "\\n");
    }
    return text;
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    migrated_->Query("DELETE FROM syncline.credential RETURNING 1");
    ASSERT_TRUE(Create("parent: 'workspaces/default' credential_id: 'okta' credential { "
                       "allowed_hosts: 'a.example' " +
                       row.kind + " }")
                    .ok());
    const bool hosts = row.change.starts_with("allowed_hosts");
    const auto refused = Update((hosts ? "" : "allowed_hosts: 'a.example' ") + escaped(row.change),
                                "update_mask { paths: '*' }");
    ASSERT_THAT(WrongFields(refused.status()), ElementsAre("credential." + row.again));
    if (!row.mistake.empty()) {
      EXPECT_EQ(base::FieldViolationsOf(refused.status())[0].description, row.mistake);
    }
    EXPECT_EQ(StoredToken(row.path), "sentinel");
  }
}

TEST_F(CredentialServiceTest, AnAlternativeThatSendsASecretElsewhereWantsItAgain) {
  const auto alternatives = [](const std::string& url, const std::string& secret) {
    return "alternatives { key: 'old' value { session { " + secret +
           "login { request { method: METHOD_POST url: 'https://a.example/' form { key: 'pin' "
           "value: "
           "'{{secrets.pin}}' } } } vars { key: 'v' value: '" +
           url + "' } } } } ";
  };
  const std::string secret = "secrets { key: 'pin' value: 'sentinel-pin' } ";
  ASSERT_TRUE(Create("parent: 'workspaces/default' credential_id: 'okta' credential { "
                     "allowed_hosts: 'a.example' basic { username: 'u' password: 'sentinel' } " +
                     alternatives("x", secret) + "}")
                  .ok());
  const std::string mask = "update_mask { paths: 'alternatives' }";
  EXPECT_THAT(WrongFields(Update(alternatives("y", ""), mask).status()),
              ElementsAre("credential.alternatives.old.session.login[0].request.form.pin"));
  const auto moved = Update(alternatives("y", secret), mask);
  ASSERT_TRUE(moved.ok()) << moved.status();
  EXPECT_EQ(StoredToken("alternatives.old.session.secrets.pin"), "sentinel-pin");
  EXPECT_EQ(StoredToken("basic.password"), "sentinel") << "which goes where it went";
}

TEST_F(CredentialServiceTest, TokensDoNotFollowToAnotherTokenUrl) {
  // A public client: no secret part is there to be asked for again.
  const auto kind = [](const std::string& url) {
    return "oauth2 { client_id: 'c' token_url: '" + url +
           "' authorization_code { authorization_url: 'https://a.example/' } }";
  };
  ASSERT_TRUE(Create("parent: 'workspaces/default' credential_id: 'okta' credential { "
                     "allowed_hosts: 'a.example' " +
                     kind("https://a.example/t") + "}")
                  .ok());
  const auto epoch = [this] {
    return migrated_->Query("SELECT token_epoch FROM syncline.credential");
  };
  const auto renamed = Update("display_name: 'x' " + kind("https://a.example/t"));
  ASSERT_TRUE(renamed.ok()) << renamed.status();
  EXPECT_EQ(epoch(), "0");
  ASSERT_TRUE(Update(kind("https://a.example/u")).ok());
  EXPECT_EQ(epoch(), "1");
}

TEST_F(CredentialServiceTest, AnotherKindDropsTheOldSecret) {
  ASSERT_TRUE(Create(kCreate).ok());
  EXPECT_EQ(ReasonText(Update(R"(basic { username: "u" })").status()), "INVALID_ARGUMENT");
  ASSERT_TRUE(Update(R"(basic { username: "u" password: "sentinel-three" })").ok());
  EXPECT_EQ(StoredToken(), "absent");
  EXPECT_EQ(StoredToken("basic.password"), "sentinel-three");
  const auto none = Update("none {}", R"(update_mask { paths: "*" })");
  ASSERT_TRUE(none.ok()) << none.status();
  EXPECT_EQ(migrated_->Query("SELECT count(*) FROM syncline.credential_secret"), "0");
}

TEST_F(CredentialServiceTest, EveryMistakeIsNamedAtOnceAndNoneRepeatsASecret) {
  const absl::Status status = Create(R"(parent: "workspaces/default" credential_id: "-"
                credential { allowed_hosts: "https://x/" basic { username: "a:b"
                             password: "sentinel-four" } })")
                                  .status();
  const auto fields = WrongFields(status);
  EXPECT_THAT(fields, Contains("credentialId"));
  EXPECT_THAT(fields, Contains("credential.allowedHosts[0]"));
  EXPECT_THAT(fields, Contains("credential.basic.username"));
  EXPECT_EQ(base::MessageOf(status).find("sentinel"), std::string::npos);
}

TEST_F(CredentialServiceTest, ShowsWhenTheClientCertificateEnds) {
  test::TestAuthority authority("ours");
  const auto tls = [&](std::chrono::hours lifetime, bool with_key) {
    const test::CertifiedKey client = authority.Issue("client", lifetime);
    v1::Credential credential;
    credential.mutable_tls()->set_client_certificate(client.certificate);
    if (with_key) credential.mutable_tls()->set_client_key(client.key);
    return credential.ShortDebugString();
  };
  const auto create = [&](const std::string& settings) {
    return Create(R"(parent: "workspaces/default" credential_id: "okta"
        credential { allowed_hosts: "a.example" none {} )" +
                  settings + "}");
  };
  EXPECT_THAT(WrongFields(create(tls(std::chrono::hours(-1), true)).status()),
              ElementsAre("credential.tls.clientCertificate"));
  const auto created = create(tls(std::chrono::hours(30), true));
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_TRUE(created->has_expire_time());
  EXPECT_EQ(created->DebugString().find("PRIVATE KEY"), std::string::npos);
  const auto got = CallText<v1::Credential, v1::GetCredentialRequest>(
      "CredentialService/GetCredential", "name: \"" + std::string(kName) + "\"");
  EXPECT_EQ(got->expire_time().seconds(), created->expire_time().seconds());
  EXPECT_THAT(WrongFields(Update(tls(std::chrono::hours(50), false)).status()),
              ElementsAre("credential.tls.clientKey"))
      << "whether the stored key fits is not known";
  const auto renewed = Update(tls(std::chrono::hours(50), true));
  ASSERT_TRUE(renewed.ok()) << renewed.status();
  EXPECT_GT(renewed->expire_time().seconds(), created->expire_time().seconds() + 3600);
}

TEST_F(CredentialServiceTest, SecretsOfASessionStayByName) {
  const std::string login = R"(
      login { request { url: "https://a.example/{{secrets.user}}/{{secrets.pin}}" } })";
  ASSERT_TRUE(Create(R"(parent: "workspaces/default" credential_id: "okta"
      credential { allowed_hosts: "a.example" session {
        secrets { key: "user" value: "sentinel-user" }
        secrets { key: "pin" value: "sentinel-pin" })" +
                     login + "} }")
                  .ok());
  const auto rotated =
      Update(R"(session { secrets { key: "pin" value: "sentinel-new" } )" + login + "}",
             R"(update_mask { paths: "session" })");
  ASSERT_TRUE(rotated.ok()) << rotated.status();
  EXPECT_EQ(rotated->DebugString().find("sentinel"), std::string::npos);
  EXPECT_EQ(StoredToken("session.secrets.user"), "sentinel-user");
  EXPECT_EQ(StoredToken("session.secrets.pin"), "sentinel-new");
  const absl::Status without =
      Update(R"(session { secrets { key: "pin" value: "" } )" + login + "}",
             R"(update_mask { paths: "session" })")
          .status();
  EXPECT_THAT(WrongFields(without), ElementsAre("credential.session.login[0].request.url"));
}

TEST_F(CredentialServiceTest, UnknownWorkspacesAndNamesAreNotFound) {
  EXPECT_EQ(ReasonText(Create(R"(parent: "workspaces/other" credential_id: "c"
                                 credential { none {} })")
                           .status()),
            "NOT_FOUND");
  EXPECT_EQ(ReasonText(Update("none {}").status()), "NOT_FOUND");
  const auto listed = CallText<v1::ListCredentialsResponse, v1::ListCredentialsRequest>(
      "CredentialService/ListCredentials", R"(parent: "workspaces/other")");
  EXPECT_EQ(ReasonText(listed.status()), "NOT_FOUND");
}

TEST_F(CredentialServiceTest, ValidateOnlyLeavesNoSecretBehind) {
  ASSERT_TRUE(Create(std::string(kCreate) + " validate_only: true").ok());
  EXPECT_EQ(migrated_->Query("SELECT count(*) FROM syncline.credential_secret"), "0");
}

TEST_F(CredentialServiceTest, DeleteSaysWhoUsesIt) {
  ASSERT_TRUE(Create(kCreate).ok());
  migrated_->Query(
      "INSERT INTO syncline.integration (workspace_id, integration_id, object_type_id, "
      "credential_id, spec) VALUES ('default', 'users', 'user', 'okta', '{}') RETURNING 1");
  const auto remove = [&] {
    return CallText<Empty, v1::DeleteCredentialRequest>("CredentialService/DeleteCredential",
                                                        "name: \"" + std::string(kName) + "\"")
        .status();
  };
  const absl::Status used = remove();
  EXPECT_EQ(ReasonText(used), "IN_USE");
  EXPECT_THAT(base::MetadataOf(used)["used_by"], ::testing::HasSubstr("users"));
  migrated_->Query("DELETE FROM syncline.integration RETURNING 1");
  EXPECT_TRUE(remove().ok());
  EXPECT_EQ(ReasonText(remove()), "NOT_FOUND");
}

}  // namespace
}  // namespace syncline::api
