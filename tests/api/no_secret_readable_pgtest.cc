// I5 by reflection: every field of a credential that is marked (secret) is saved through the API
// with a sentinel in it, and then nothing that anybody can read holds the sentinel.
#include <gmock/gmock.h>

#include <array>
#include <mutex>

#include "auth/secret_fields.h"
#include "auth/validate_credential.h"
#include "secret/digest.h"
#include "syncline/v1/audit_service.pb.h"
#include "syncline/v1/credential_service.pb.h"
#include "syncline/v1/integration_service.pb.h"
#include "syncline/v1/workspace_service.pb.h"
#include "tests/api/api_fixture.h"
#include "tests/api/secret_places.h"
#include "tests/support/key_pair.h"

namespace syncline::api {
namespace {

constexpr const char* kSentinel = "SENTINEL-7c9e6679/hunter2?&%-SENTINEL";
constexpr const char* kName = "workspaces/default/credentials/probe";

// What a kind needs beside the secret: the first that the rules accept is taken. An example stands
// for every place whose path begins with its first part.
struct Example {
  const char* prefix;
  const char* text;
};
constexpr std::array kExamples = {
    Example{"basic", "basic { username: 'u' }"},
    Example{"api_token", "api_token { header: 'X-Key' }"},
    Example{"api_tokens", "api_tokens { tokens { key: 'backup' value { header: 'X-Key' } } }"},
    Example{"oauth2.client_secret",
            "oauth2 { client_credentials {} token_url: 'https://127.0.0.1/token' client_id: 'c' }"},
    Example{"oauth2.client_key",
            "oauth2 { client_credentials {} token_url: 'https://127.0.0.1/token' client_id: 'c' "
            "client_authentication: CLIENT_AUTHENTICATION_PRIVATE_KEY_JWT "
            "client_key { algorithm: ALGORITHM_RS256 } }"},
    Example{"oauth2.refresh_token",
            "oauth2 { refresh_token {} token_url: 'https://127.0.0.1/token' client_id: 'c' }"},
    Example{"oauth2.password",
            "oauth2 { password { username: 'u' } token_url: 'https://127.0.0.1/token' "
            "client_id: 'c' }"},
    Example{"oauth2.jwt_bearer",
            "oauth2 { jwt_bearer { key { algorithm: ALGORITHM_RS256 } } "
            "token_url: 'https://127.0.0.1/token' client_id: 'c' }"},
    Example{"aws",
            "aws { access_key_id: 'AKIAIOSFODNN7EXAMPLE' region: 'eu-west-1' "
            "service: 'ec2' }"},
    Example{"session",
            "session { login { request { url: 'https://127.0.0.1/login' method: METHOD_POST } "
            "capture { key: 'token' value: 'response.token' } } "
            "headers { key: 'X-Session' value: '{{session.token}}' } }"},
    Example{"session",
            "session { login { request { url: 'https://127.0.0.1/login' method: METHOD_POST "
            "query { key: 'p' value: '{{secrets.backup}}' } } "
            "capture { key: 'token' value: 'response.token' } } "
            "headers { key: 'X-Session' value: '{{session.token}}' } }"},
    Example{"jwt", "jwt { key { algorithm: ALGORITHM_HS256 } }"},
    Example{"hmac",
            "hmac { string_to_sign: '{{request.method}}' "
            "headers { key: 'X-Signature' value: '{{signature}}' } }"},
};

// Keeps every line; what is logged is searched at the end.
class RecordingLogger final : public base::Logger {
 public:
  void Write(base::LogLevel, std::string_view event,
             std::initializer_list<base::LogField> fields) override {
    const std::lock_guard lock(mutex_);
    text_ += event;
    for (const base::LogField& field : fields) text_ += " " + field.key + "=" + field.value;
    text_ += "\n";
  }
  std::string text() const {
    const std::lock_guard lock(mutex_);
    return text_;
  }

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

class NoSecretReadableTest : public test::MigratedDatabaseTest {
 protected:
  void SetUp() override {
    MigratedDatabaseTest::SetUp();
    if (IsSkipped()) return;
    auto logger = std::make_unique<RecordingLogger>();
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
  // What pg_dump would write of every table, and what the sessions are at.
  std::string Rows() const {
    return migrated_->Query(
               "SELECT string_agg(query_to_xml(format('SELECT t::text FROM %I.%I t', schemaname, "
               "tablename), true, true, '')::text, '') FROM pg_tables WHERE schemaname NOT IN "
               "('pg_catalog', 'information_schema')") +
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

  RecordingLogger* logger_ = nullptr;
  std::unique_ptr<ApiStack> stack_;
  std::string said_;
};

void ExpectAbsent(std::string_view secret, const std::string& place, std::string_view where,
                  const std::string& text) {
  const std::string hex = secret::EncodeHex(secret);
  // Without the ends, which depend on what stands beside it.
  const std::string base64 = secret::EncodeBase64(secret).substr(0, 40);
  for (const std::string& form : {std::string(secret), hex, base64, http::PercentEncode(secret)}) {
    EXPECT_EQ(text.find(form), std::string::npos) << place << " is readable in " << where;
  }
}

// The kind is there in the contract, and this build refuses it whatever stands in it.
bool IsNotOffered(const absl::Status& status) {
  for (const base::FieldViolation& violation : base::FieldViolationsOf(status)) {
    if (violation.field == "kind" ||
        violation.description.find("is not offered by this build") != std::string::npos) {
      return true;
    }
  }
  return false;
}

absl::Status Validate(v1::Credential credential) {
  const auth::SecretMap given = auth::ExtractSecrets(&credential);
  return auth::ValidateCredential(credential, given, {});
}

// A credential that may be saved with something of ours at the place, and what that is: the
// sentinel, or, where the rules want a key, the middle of one.
struct Probe {
  v1::Credential credential;
  std::string secret;
  absl::Status status;
};

class Prober {
 public:
  Probe Try(const SecretPlace& place) const {
    Probe probe;
    bool said = false;
    for (const v1::Credential& base : BasesOf(place)) {
      for (const std::string& secret : {std::string(kSentinel), pair_.private_key, ec_key_}) {
        v1::Credential credential = base;
        FillOthers(place, &credential);
        SetSecret(&credential, place, secret);
        const absl::Status status = Validate(credential);
        const std::string part = PrivatePartOf(secret);
        if (status.ok()) return {credential, part, status};
        if (!said || IsNotOffered(status)) probe = {credential, part, status};
        said = true;
      }
    }
    return probe;
  }

 private:
  std::vector<v1::Credential> BasesOf(const SecretPlace& place) const {
    constexpr std::string_view kAlternative = "alternatives.backup.";
    const bool alternative = place.text.starts_with(kAlternative);
    const std::string path = alternative ? place.text.substr(kAlternative.size()) : place.text;
    std::vector<v1::Credential> bases;
    for (const Example& example : kExamples) {
      if (path != example.prefix && !path.starts_with(std::string(example.prefix) + ".")) continue;
      const std::string text =
          alternative
              ? std::string("none {} alternatives { key: 'backup' value { ") + example.text + " } }"
              : std::string(example.text);
      bases.push_back(Proto<v1::Credential>("allowed_hosts: '127.0.0.1' " + text));
    }
    v1::Credential plain = Proto<v1::Credential>("allowed_hosts: '127.0.0.1' none {}");
    if (place.text.starts_with("tls.")) {
      plain.mutable_tls()->set_client_certificate(pair_.certificate);
    }
    bases.push_back(plain);
    return bases;
  }
  // What must not be seen: of a key only its private half, for the other one stands in
  // certificates. RSA has it behind the modulus (RFC 8017 A.1.2), an elliptic key before its public
  // point (RFC 5915 3).
  std::string PrivatePartOf(const std::string& secret) const {
    if (secret == pair_.private_key) return secret.substr(secret.size() / 2, 48);
    return secret == ec_key_ ? secret.substr(76, 40) : secret;
  }
  // Other secrets that the same kind cannot do without.
  static void FillOthers(const SecretPlace& place, v1::Credential* credential) {
    const absl::Status status = Validate(*credential);
    for (const base::FieldViolation& violation : base::FieldViolationsOf(status)) {
      v1::Credential bare = *credential;
      const auto path = auth::SecretPathOf(bare, violation.field);
      if (!path.has_value() || *path == place.text) continue;
      std::vector<SecretPlace> places;
      FindSecretPlaces(*v1::Credential::descriptor(), {}, &places);
      for (const SecretPlace& other : places) {
        if (other.text == *path) SetSecret(credential, other, "another secret of this kind, 32+");
      }
    }
  }

  const test::KeyPair pair_ = test::MakeKeyPair();
  const std::string ec_key_ = test::MakeEcKey();
};

TEST_F(NoSecretReadableTest, NoFieldOfACredentialIsReadableAnywhere) {
  std::vector<SecretPlace> places;
  FindSecretPlaces(*v1::Credential::descriptor(), {}, &places);
  ASSERT_GE(places.size(), 20U);
  const Prober prober;
  std::string skipped;
  int covered = 0;
  for (const SecretPlace& place : places) {
    const Probe probe = prober.Try(place);
    if (!probe.status.ok() && IsNotOffered(probe.status)) {
      skipped += "\n  " + place.text;
      continue;
    }
    ASSERT_TRUE(probe.status.ok()) << place.text << " is offered, but no example of this test may "
                                   << "be saved; add one to kExamples: " << probe.status;
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
    ++covered;
  }
  EXPECT_GE(covered, 2);
  std::cout << covered << " of " << places.size() << " secret fields were saved and searched for\n";
  if (!skipped.empty()) {
    std::cout << "SKIPPED, for ValidateCredential says that this build does not offer them:"
              << skipped << "\n";
  }
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
