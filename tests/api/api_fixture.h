#pragma once

#include <google/protobuf/text_format.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "api/run_event_streams.h"
#include "api/run_handler.h"
#include "api/server.h"
#include "api/services.h"
#include "base/log.h"
#include "base/status.h"
#include "credential/audit_log.h"
#include "credential/credential_opener.h"
#include "credential/credential_vault.h"
#include "credential/environment_secret_source.h"
#include "event/postgres_event_feed.h"
#include "event/postgres_event_log.h"
#include "secret/envelope_sealer.h"
#include "secret/keyring.h"
#include "secret/token_sealer.h"
#include "tests/api/api_client.h"
#include "tests/support/migrated_database.h"
#include "tests/support/scripted_transport.h"

namespace syncline::api {

template <typename Message>
Message Proto(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

inline std::string ReasonText(const absl::Status& status) {
  return status.ok() ? "OK" : std::string(base::ReasonName(base::ReasonOf(status)));
}

// The wrong fields of an error, each path once per mistake.
inline std::vector<std::string> WrongFields(const absl::Status& status) {
  std::vector<std::string> fields;
  for (const base::FieldViolation& violation : base::FieldViolationsOf(status)) {
    fields.push_back(violation.field);
  }
  return fields;
}

// The whole api on a real database, reached over a real socket.
class ApiStack {
 public:
  // `keys`: null = a keyring of its own; else must outlive it.
  explicit ApiStack(test::MigratedDatabase& migrated,
                    std::unique_ptr<base::Logger> logger = base::MakeNullLogger(),
                    const secret::KeyProvider* keys = nullptr)
      : migrated_(migrated),
        logger_(std::move(logger)),
        keyring_(*secret::Keyring::Parse("test AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n")),
        sealer_(keys == nullptr ? keyring_ : *keys) {
    // Secret references of the environment may be saved, those of files and of Vault not.
    secret_sources_.Add(
        credential::SecretSources::Source::kEnvironment,
        std::make_unique<credential::EnvironmentSecretSource>(variables_, "SYNCLINE_SECRET_"));
    EXPECT_TRUE(feed_.Start().ok());
    EXPECT_TRUE(streams_.Start().ok());
    services_ = MakeServices(calls_, handlers_, streams_);
    auto server = Server::Make({.listen_address = "127.0.0.1:0"}, services_);
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    client_ = std::make_unique<ApiClient>(grpc::CreateChannel(
        "127.0.0.1:" + std::to_string(server_->port()), grpc::InsecureChannelCredentials()));
  }
  ~ApiStack() {
    streams_.Drain();
    server_->Shutdown(std::chrono::seconds(5));
    streams_.Stop();
    workers_.Stop();
    waiting_workers_.Stop();
    feed_.Stop();
  }

  const ApiClient& client() const { return *client_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(server_->port()); }
  credential::CredentialVault& vault() { return vault_; }
  event::EventFeed& feed() { return feed_; }
  // For calls whose scope a test chooses.
  const HandlerEnvironment& handlers() const { return handlers_; }
  // What handlers that talk to vendors and providers meet.
  test::ScriptedTransport& vendor() { return vendor_; }

 private:
  test::MigratedDatabase& migrated_;
  const std::unique_ptr<base::Logger> logger_;
  const secret::Keyring keyring_;
  const secret::TokenSealer token_sealer_{secret::Secret(std::string(32, 't'))};
  secret::EnvelopeSealer sealer_;
  credential::AuditLog audit_log_{migrated_.database(), *logger_};
  credential::CredentialVault vault_{sealer_, &audit_log_};
  const credential::EnvironmentSecretSource::Variables variables_;
  credential::SecretSources secret_sources_;
  credential::CredentialOpener credentials_{migrated_.database(), vault_, secret_sources_};
  const PageTokens page_tokens_{token_sealer_};
  event::PostgresEventLog log_{migrated_.database()};
  event::PostgresEventFeed feed_{{}, migrated_.database(), log_, migrated_.clock(), *logger_};
  base::WorkerPool workers_{4, 1'000};
  base::WorkerPool waiting_workers_{4, 1'000};
  const CallEnvironment calls_{workers_, waiting_workers_, *logger_, migrated_.clock()};
  test::ScriptedTransport vendor_;
  const HandlerEnvironment handlers_{.database = migrated_.database(),
                                     .page_tokens = page_tokens_,
                                     .vault = vault_,
                                     .credentials = credentials_,
                                     .event_log = log_,
                                     .event_feed = feed_,
                                     .clock = migrated_.clock(),
                                     .random = migrated_.random(),
                                     .logger = *logger_,
                                     .vendor_transport = vendor_};
  RunEventStreams streams_{{calls_, feed_, migrated_.random(), [this](const model::RunName& name) {
                              return ReadRunView(handlers_, name);
                            }}};
  std::vector<std::unique_ptr<grpc::Service>> services_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<ApiClient> client_;
};

// A fixture with one; skips where PostgreSQL is absent.
class ApiTest : public test::MigratedDatabaseTest {
 protected:
  void SetUp() override {
    MigratedDatabaseTest::SetUp();
    if (migrated_.has_value()) stack_ = std::make_unique<ApiStack>(*migrated_);
  }

  template <typename Response, typename Request>
  absl::StatusOr<Response> Call(const std::string& method, const Request& request) {
    return stack_->client().Call<Response>(method, request);
  }
  // The same with the request in text form.
  template <typename Response, typename Request>
  absl::StatusOr<Response> CallText(const std::string& method, const std::string& request) {
    return Call<Response>(method, Proto<Request>(request));
  }

  std::unique_ptr<ApiStack> stack_;
};

}  // namespace syncline::api
