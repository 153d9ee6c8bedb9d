// Secret references and audit events, as callers of the API see them.
#include <gmock/gmock.h>

#include "syncline/v1/audit_service.pb.h"
#include "syncline/v1/credential_service.pb.h"
#include "tests/api/api_fixture.h"
#include "tests/support/stored_secrets.h"

namespace syncline::api {
namespace {

using google::protobuf::Empty;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kName = "workspaces/default/credentials/okta";
constexpr const char* kReferring = R"(
  parent: "workspaces/default" credential_id: "okta"
  credential { allowed_hosts: "a.example" api_token { header: "Authorization" }
               secret_references { key: "apiToken.token" value: "env:SYNCLINE_SECRET_OKTA" } })";
constexpr const char* kHolding = R"(
  parent: "workspaces/default" credential_id: "okta"
  credential { allowed_hosts: "a.example" api_token { header: "A" token: "sentinel-one" } })";

class SecretReferenceApiTest : public ApiTest {
 protected:
  absl::StatusOr<v1::Credential> Create(const std::string& request) {
    return CallText<v1::Credential, v1::CreateCredentialRequest>(
        "CredentialService/CreateCredential", request);
  }
  absl::StatusOr<v1::Credential> Update(const std::string& credential, const std::string& paths) {
    std::string mask;
    for (std::size_t begin = 0; begin < paths.size();) {
      const std::size_t end = std::min(paths.find(' ', begin), paths.size());
      mask += "paths: \"" + paths.substr(begin, end - begin) + "\" ";
      begin = end + 1;
    }
    return CallText<v1::Credential, v1::UpdateCredentialRequest>(
        "CredentialService/UpdateCredential", "credential { name: \"" + std::string(kName) + "\" " +
                                                  credential + "} update_mask { " + mask + "}");
  }
  std::string StoredCount() {
    return migrated_->Query("SELECT count(*) FROM syncline.credential_secret");
  }
  std::vector<v1::AuditEvent> Events(const std::string& more = "") {
    const auto listed = CallText<v1::ListAuditEventsResponse, v1::ListAuditEventsRequest>(
        "AuditService/ListAuditEvents", "parent: \"workspaces/default\" " + more);
    EXPECT_TRUE(listed.ok()) << listed.status();
    return {listed->audit_events().begin(), listed->audit_events().end()};
  }
  std::vector<std::string> Kinds() {
    std::vector<std::string> kinds;
    for (const v1::AuditEvent& event : Events()) {
      kinds.push_back(v1::AuditEvent::Kind_Name(event.kind()));
    }
    return kinds;
  }
};

TEST_F(SecretReferenceApiTest, IsStoredAndShownInPlaceOfAValue) {
  const auto created = Create(kReferring);
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->secret_references().at("apiToken.token"), "env:SYNCLINE_SECRET_OKTA");
  EXPECT_EQ(created->secret_version(), 0);
  EXPECT_EQ(StoredCount(), "0");
  ASSERT_TRUE(Update("display_name: 'Okta'", "display_name").ok());
}

TEST_F(SecretReferenceApiTest, MistakesAreNamedAtSaving) {
  const auto with = [&](const std::string& reference) {
    return Create(R"(parent: "workspaces/default" credential_id: "okta" credential {
        allowed_hosts: "a.example" api_token { header: "A" }
        secret_references { key: "apiToken.token" value: ")" +
                  reference + "\" } }")
        .status();
  };
  for (const char* reference : {"file:okta", "vault:okta#token", "env:PATH", "env:", "okta"}) {
    const absl::Status status = with(reference);
    EXPECT_EQ(ReasonText(status), "INVALID_ARGUMENT") << reference;
    EXPECT_THAT(WrongFields(status), ElementsAre("credential.secretReferences.apiToken.token"))
        << reference;
  }
  EXPECT_THAT(base::FieldViolationsOf(with("file:okta"))[0].description, HasSubstr("--secret-dir"));
}

TEST_F(SecretReferenceApiTest, IsNotSentElsewhereSilently) {
  ASSERT_TRUE(Create(kReferring).ok());
  const absl::Status hosts = Update("allowed_hosts: 'evil.example'", "allowed_hosts").status();
  EXPECT_THAT(WrongFields(hosts), ElementsAre("credential.secretReferences"));
  const absl::Status kind = Update("basic { username: 'u' }", "basic").status();
  EXPECT_EQ(ReasonText(kind), "INVALID_ARGUMENT");
  const auto moved = Update(
      "allowed_hosts: 'b.example' secret_references { key: 'apiToken.token' value: "
      "'env:SYNCLINE_SECRET_OKTA' }",
      "allowed_hosts secret_references");
  ASSERT_TRUE(moved.ok()) << moved.status();
  EXPECT_THAT(moved->allowed_hosts(), ElementsAre("b.example"));
}

TEST_F(SecretReferenceApiTest, ReplacesAStoredValueAndIsReplacedByOne) {
  ASSERT_TRUE(Create(kHolding).ok());
  EXPECT_EQ(StoredCount(), "1");
  ASSERT_TRUE(Update("secret_references { key: 'apiToken.token' value: "
                     "'env:SYNCLINE_SECRET_OKTA' }",
                     "secret_references")
                  .ok());
  EXPECT_EQ(StoredCount(), "0") << "the value that nobody needs any more is gone";
  const absl::Status both = Update("api_token { token: 'x' }", "api_token.token").status();
  EXPECT_THAT(WrongFields(both), ElementsAre("credential.secretReferences.apiToken.token"));
  const absl::Status neither = Update("", "secret_references").status();
  EXPECT_THAT(WrongFields(neither), ElementsAre("credential.apiToken.token"));
  ASSERT_TRUE(Update("api_token { token: 'x' }", "api_token.token secret_references").ok());
  EXPECT_EQ(StoredCount(), "1");
}

TEST_F(SecretReferenceApiTest, AuditEventsTellWhatHappenedNewestFirst) {
  ASSERT_TRUE(Create(std::string(kHolding) + " validate_only: true").ok());
  EXPECT_THAT(Kinds(), ElementsAre()) << "nothing happened";
  ASSERT_TRUE(Create(kHolding).ok());
  ASSERT_TRUE(Update("display_name: 'Okta'", "display_name").ok());
  ASSERT_TRUE(Update("allowed_hosts: 'b.example' api_token { token: 'sentinel-two' }",
                     "allowed_hosts api_token.token")
                  .ok());
  const auto removed = CallText<Empty, v1::DeleteCredentialRequest>(
      "CredentialService/DeleteCredential", "name: \"" + std::string(kName) + "\"");
  ASSERT_TRUE(removed.ok()) << removed.status();
  EXPECT_THAT(Kinds(), ElementsAre("KIND_CREDENTIAL_DELETED", "KIND_HOSTS_CHANGED",
                                   "KIND_SECRETS_STORED", "KIND_SECRETS_STORED"));
  const std::vector<v1::AuditEvent> events = Events();
  EXPECT_EQ(events[1].resource(), kName);
  EXPECT_EQ(events[1].detail(), "from a.example to b.example");
  EXPECT_EQ(events[2].detail(), "values: api_token.token");
  const auto one = CallText<v1::AuditEvent, v1::GetAuditEventRequest>(
      "AuditService/GetAuditEvent", "name: \"" + events[1].name() + "\"");
  ASSERT_TRUE(one.ok()) << one.status();
  EXPECT_EQ(one->SerializeAsString(), events[1].SerializeAsString());
}

TEST_F(SecretReferenceApiTest, AuditEventsArePagedAndOfOneWorkspace) {
  ASSERT_TRUE(Create(kHolding).ok());
  migrated_->Query(
      "INSERT INTO syncline.audit_event (workspace_id, kind, resource, detail) VALUES "
      "('other', 'SECRETS_STORED', 'theirs', ''), (NULL, 'KEYS_ROTATED', 'keys/two', '') "
      "RETURNING 1");
  const auto first = CallText<v1::ListAuditEventsResponse, v1::ListAuditEventsRequest>(
      "AuditService/ListAuditEvents", "parent: \"workspaces/default\" page_size: 1");
  ASSERT_EQ(first->audit_events_size(), 1);
  EXPECT_EQ(first->audit_events(0).resource(), "keys/two") << "of the server as a whole";
  const auto second = Events("page_size: 1 page_token: \"" + first->next_page_token() + "\"");
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].resource(), kName);
  EXPECT_EQ(Events().size(), 2U);
  const auto absent = CallText<v1::ListAuditEventsResponse, v1::ListAuditEventsRequest>(
      "AuditService/ListAuditEvents", "parent: \"workspaces/absent\"");
  EXPECT_EQ(ReasonText(absent.status()), "NOT_FOUND");
  const auto theirs = CallText<v1::AuditEvent, v1::GetAuditEventRequest>(
      "AuditService/GetAuditEvent", "name: \"workspaces/default/auditEvents/2\"");
  EXPECT_EQ(ReasonText(theirs.status()), "NOT_FOUND") << "of another workspace";
}

// Fault 44: whoever meets it says so, the API included.
TEST_F(SecretReferenceApiTest, AMovedCiphertextIsToldOnce) {
  ASSERT_TRUE(Create(kHolding).ok());
  migrated_->Query("UPDATE syncline.credential_secret SET version = version + 1 RETURNING 1");
  for (int i = 0; i < 2; ++i) {
    const auto opened = test::OpenSecrets(database(), stack_->vault(), {"default", "okta"});
    EXPECT_EQ(ReasonText(opened.status()), "CREDENTIAL_CORRUPT");
  }
  EXPECT_THAT(Kinds(), ElementsAre("KIND_CREDENTIAL_CORRUPT", "KIND_SECRETS_STORED"));
}

TEST_F(SecretReferenceApiTest, WhatSendsItsSecretElsewhereWantsTheReferenceAgain) {
  ASSERT_TRUE(Create(kReferring).ok());
  const std::string elsewhere = "api_token { query: 'q' }";
  const absl::Status refused = Update(elsewhere, "api_token.query").status();
  EXPECT_THAT(WrongFields(refused), ElementsAre("credential.secretReferences"));
  ASSERT_TRUE(Update("api_token { prefix: 'x' }", "api_token.prefix").ok());
  const auto given = Update(elsewhere +
                                " secret_references { key: 'apiToken.token' value: "
                                "'env:SYNCLINE_SECRET_OKTA' }",
                            "api_token.query secret_references");
  EXPECT_TRUE(given.ok()) << given.status();
}

}  // namespace
}  // namespace syncline::api
