#include "app/foundation.h"

#include <utility>

#include "base/status.h"
#include "credential/environment_secret_source.h"
#include "credential/file_secret_source.h"
#include "credential/vault_secret_source.h"
#include "fmt/format.h"
#include "store/key_canary.h"
#include "store/migrator.h"
#include "store/server_secret.h"

namespace syncline::app {
namespace {

store::Database::Options DatabaseOptions(const Config& config, const std::string& url,
                                         const std::string& worker_id,
                                         const std::shared_ptr<http::EgressGuard>& guard) {
  store::Database::Options options;
  options.url = url;
  // By this name the reaper of another replica ends the sessions of a worker that is frozen.
  options.session.application_name = fmt::format("synclined/{}", worker_id);
  options.connection_count_max = config.database_connection_count;
  options.session.on_peer = [guard](const std::string& address, int port) {
    if (const auto ip = http::IpAddress::Parse(address)) guard->AddOwn(*ip, port);
  };
  return options;
}

// Only what the operator has set: whoever saves a credential cannot reach further.
void AddSecretSources(const Config& config, const credential::VaultClient* vault,
                      credential::SecretSources& sources) {
  using Source = credential::SecretSources::Source;
  const auto& variables = config.secrets->references;
  if (!variables.empty()) {
    sources.Add(Source::kEnvironment,
                std::make_unique<credential::EnvironmentSecretSource>(
                    variables, std::string(EnvironmentSecrets::kReferencePrefix)));
  }
  if (!config.secret_directory.empty()) {
    sources.Add(Source::kFile,
                std::make_unique<credential::FileSecretSource>(config.secret_directory.string()));
  }
  if (vault != nullptr && !config.vault.secret_path.empty()) {
    sources.Add(Source::kVault,
                std::make_unique<credential::VaultSecretSource>(*vault, config.vault.secret_path));
  }
}

}  // namespace

Foundation::Foundation(const Config& config, const std::string& database_url,
                       const std::string& worker, const base::Clock& clock_, base::Random& random_,
                       base::Logger& logger_)
    : worker_id(worker),
      clock(clock_),
      random(random_),
      logger(logger_),
      egress_guard(std::make_shared<http::EgressGuard>(config.egress)),
      environment_secrets(config.secrets),
      database(DatabaseOptions(config, database_url, worker, egress_guard), clock_, random_),
      audit_log(database, logger_),
      event_log(database),
      event_feed({}, database, event_log, clock_, logger_) {}

absl::StatusOr<std::unique_ptr<Foundation>> Foundation::Make(
    const Config& config, const std::string& database_url, const std::string& worker_id,
    const base::Clock& clock, base::Random& random, base::Logger& logger) {
  SYNCLINE_RETURN_IF_ERROR(store::Migrator(database_url).Run());
  auto out = std::make_unique<Foundation>(config, database_url, worker_id, clock, random, logger);
  const bool embedded = config.database_url.empty();
  SYNCLINE_ASSIGN_OR_RETURN(out->keys, LoadKeys(config, embedded, out->database, clock, random));
  out->sealer = std::make_unique<secret::EnvelopeSealer>(*out->keys.provider);
  SYNCLINE_RETURN_IF_ERROR(store::VerifyKeys(out->database, *out->sealer));
  SYNCLINE_ASSIGN_OR_RETURN(const secret::Secret token_root,
                            store::LoadServerSecret(out->database, *out->sealer, "page-token"));
  out->token_sealer = std::make_unique<secret::TokenSealer>(token_root);
  AddSecretSources(config, out->keys.vault.get(), out->secret_sources);
  out->vault = std::make_unique<credential::CredentialVault>(*out->sealer, &out->audit_log);
  out->credentials = std::make_unique<credential::CredentialOpener>(out->database, *out->vault,
                                                                    out->secret_sources);
  return out;
}

}  // namespace syncline::app
