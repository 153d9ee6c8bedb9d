// I5 by reflection: every field of a credential that is marked (secret) is saved through the API
// with a sentinel in it, and then nothing that anybody can read holds the sentinel.
#include <gmock/gmock.h>

#include "secret/digest.h"
#include "syncline/v1/audit_service.pb.h"
#include "syncline/v1/credential_service.pb.h"
#include "syncline/v1/integration_service.pb.h"
#include "syncline/v1/workspace_service.pb.h"
#include "tests/api/api_fixture.h"
#include "tests/api/secret_places.h"
#include "tests/api/secret_probe.h"
#include "tests/support/line_logger.h"

namespace syncline::api {
namespace {

constexpr const char* kSentinel = "SENTINEL-7c9e6679/hunter2?&%-SENTINEL";
constexpr const char* kName = "workspaces/default/credentials/probe";

class NoSecretReadableTest : public test::MigratedDatabaseTest {
 protected:
  void SetUp() override {
    MigratedDatabaseTest::SetUp();
    if (IsSkipped()) return;
    auto logger = std::make_unique<test::LineLogger>();
    logger_ = logger.get();
    stack_ = std::make_unique<ApiStack>(*migrated_, std::move(logger));
  }

  // Remembers what was said by the API, good or bad.
  template <typename Response, typename Request>
  absl::Status Call(const std::string& method, const Request& request) {
    const auto answer = stack_->client().Call<Response>(method, request);
    if (answer.ok()) {
      said_ += answer->DebugString() + answer->SerializeAsString();
      return absl::OkStatus();
    }
    said_ += base::MessageOf(answer.status());
    for (const auto& violation : base::FieldViolationsOf(answer.status())) {
      said_ += violation.field + violation.description;
    }
    for (const auto& [key, value] : base::MetadataOf(answer.status())) said_ += key + value;
    return answer.status();
  }
  absl::Status Create(const v1::Credential& credential) {
    v1::CreateCredentialRequest request;
    request.set_parent("workspaces/default");
    request.set_credential_id("probe");
    request.set_request_id("7c9e6679-7425-40de-944b-e07fc1f90ae7");
    *request.mutable_credential() = credential;
    return Call<v1::Credential>("CredentialService/CreateCredential", request);
  }
  void SayAllThatIsWrong(const v1::Credential& credential) {
    v1::UpdateCredentialRequest update;
    *update.mutable_credential() = credential;
    update.mutable_credential()->set_name(kName);
    update.mutable_credential()->add_allowed_hosts("https://not a host/");
    update.mutable_credential()->set_display_name(std::string(300, 'x'));
    (*update.mutable_credential()->mutable_secret_references())["no.such.field"] = "http://x";
    EXPECT_FALSE(Call<v1::Credential>("CredentialService/UpdateCredential", update).ok());
    update = {};
    *update.mutable_credential() = credential;
    update.mutable_credential()->set_name(kName);
    update.mutable_credential()->set_etag("old");
    EXPECT_FALSE(Call<v1::Credential>("CredentialService/UpdateCredential", update).ok());
    update.mutable_credential()->clear_etag();
    update.mutable_update_mask()->add_paths("no_such_field");
    EXPECT_FALSE(Call<v1::Credential>("CredentialService/UpdateCredential", update).ok());
    EXPECT_FALSE(Create(credential).ok() && Create({}).ok()) << "the id is taken";
  }
  void ReadAll() {
    v1::GetCredentialRequest get;
    get.set_name(kName);
    EXPECT_TRUE(Call<v1::Credential>("CredentialService/GetCredential", get).ok());
    v1::ListCredentialsRequest credentials;
    credentials.set_parent("workspaces/default");
    EXPECT_TRUE(
        Call<v1::ListCredentialsResponse>("CredentialService/ListCredentials", credentials).ok());
    v1::ListIntegrationsRequest integrations;
    integrations.set_parent("workspaces/default");
    EXPECT_TRUE(
        Call<v1::ListIntegrationsResponse>("IntegrationService/ListIntegrations", integrations)
            .ok());
    v1::ListAuditEventsRequest events;
    events.set_parent("workspaces/default");
    EXPECT_TRUE(Call<v1::ListAuditEventsResponse>("AuditService/ListAuditEvents", events).ok());
    EXPECT_TRUE(Call<v1::ListWorkspacesResponse>("WorkspaceService/ListWorkspaces",
                                                 v1::ListWorkspacesRequest())
                    .ok());
  }
  // What pg_dump writes of the database, and what the sessions are at.
  std::string Rows() const {
    return migrated_->Dump() +
           migrated_->Query(
               "SELECT string_agg(query, ' ') FROM pg_stat_activity WHERE pid <> "
               "pg_backend_pid()");
  }
  void Remove() {
    v1::DeleteCredentialRequest request;
    request.set_name(kName);
    EXPECT_TRUE(Call<google::protobuf::Empty>("CredentialService/DeleteCredential", request).ok());
    // Stored answers of the request id belong to this place alone.
    migrated_->Query("DELETE FROM syncline.request_log RETURNING 1");
  }

  test::LineLogger* logger_ = nullptr;
  std::unique_ptr<ApiStack> stack_;
  std::string said_;
};

TEST_F(NoSecretReadableTest, NoFieldOfACredentialIsReadableAnywhere) {
  std::vector<SecretPlace> places;
  FindSecretPlaces(*v1::Credential::descriptor(), {}, &places);
  ASSERT_GE(places.size(), 20U);
  const SecretProber prober("https://127.0.0.1");
  for (const SecretPlace& place : places) {
    const SecretProbe probe = prober.Try(place, kSentinel);
    ASSERT_TRUE(probe.status.ok()) << place.text << ": no example of this test may be saved; add "
                                   << "one to kSecretExamples: " << probe.status;
    said_.clear();
    const absl::Status created = Create(probe.credential);
    ASSERT_TRUE(created.ok()) << place.text << ": " << created;
    EXPECT_NE(migrated_->Query("SELECT count(*) FROM syncline.credential_secret WHERE field = '" +
                               place.text + "'"),
              "0")
        << place.text << " was not stored at all";
    SayAllThatIsWrong(probe.credential);
    ReadAll();
    ExpectAbsent(probe.secret, place.text, "an answer", said_);
    const std::string rows = Rows();
    ASSERT_NE(rows.find(place.text), std::string::npos) << "the search sees the row";
    ExpectAbsent(probe.secret, place.text, "the database", rows);
    ExpectAbsent(probe.secret, place.text, "the log", logger_->text());
    Remove();
    ExpectAbsent(probe.secret, place.text, "the database afterwards", Rows());
  }
  std::cout << places.size() << " secret fields were saved and searched for\n";
}

// The search would find a secret that leaked.
TEST_F(NoSecretReadableTest, TheSearchFindsWhatIsThere) {
  migrated_->Query("CREATE TABLE public.leak AS SELECT '" + secret::EncodeHex(kSentinel) +
                   "'::text AS leaked");
  EXPECT_NE(Rows().find(secret::EncodeHex(kSentinel)), std::string::npos);
  logger_->Info("test", {{"leaked", kSentinel}});
  EXPECT_NE(logger_->text().find(kSentinel), std::string::npos);
}

}  // namespace
}  // namespace syncline::api
