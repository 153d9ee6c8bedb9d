#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "app/config.h"
#include "app/keys.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/service.h"
#include "credential/audit_log.h"
#include "credential/credential_opener.h"
#include "credential/credential_vault.h"
#include "credential/secret_source.h"
#include "event/postgres_event_feed.h"
#include "event/postgres_event_log.h"
#include "http/egress_guard.h"
#include "secret/envelope_sealer.h"
#include "secret/token_sealer.h"
#include "store/database.h"

namespace syncline::app {

// What every role stands on: the migrated database, the keys that fit it, and the events. Made
// and started before the roles, destroyed after them.
struct Foundation {
  // The database must answer. SCHEMA_TOO_NEW, KEY_UNAVAILABLE, CONFIGURATION_INVALID and those of
  // the database.
  static absl::StatusOr<std::unique_ptr<Foundation>> Make(
      const Config& config, const std::string& database_url, const std::string& worker_id,
      const base::Clock& clock, base::Random& random, base::Logger& logger);

  Foundation(const Config& config, const std::string& database_url, const std::string& worker_id,
             const base::Clock& clock, base::Random& random, base::Logger& logger);

  std::string worker_id;
  const base::Clock& clock;
  base::Random& random;
  base::Logger& logger;
  // Of every client but Vault's.
  const std::shared_ptr<http::EgressGuard> egress_guard;
  const std::shared_ptr<const EnvironmentSecrets> environment_secrets;  // sources refer to it
  store::Database database;
  Keys keys;
  std::unique_ptr<secret::EnvelopeSealer> sealer;
  std::unique_ptr<secret::TokenSealer> token_sealer;
  credential::SecretSources secret_sources;
  credential::AuditLog audit_log;
  std::unique_ptr<credential::CredentialVault> vault;
  std::unique_ptr<credential::CredentialOpener> credentials;
  event::PostgresEventLog event_log;
  event::PostgresEventFeed event_feed;
};

}  // namespace syncline::app
