#include "app/foundation.h"

#include <utility>

#include "app/keys.h"
#include "base/status.h"
#include "fmt/format.h"
#include "store/key_canary.h"
#include "store/migrator.h"

namespace syncline::app {
namespace {

store::Database::Options DatabaseOptions(const Config& config, const std::string& url,
                                         const std::string& worker_id) {
  store::Database::Options options;
  options.url = url;
  // By this name the reaper of another replica ends the sessions of a worker that is frozen.
  options.session.application_name = fmt::format("synclined/{}", worker_id);
  options.connection_count_max = config.database_connection_count;
  return options;
}

}  // namespace

Foundation::Foundation(const Config& config, const std::string& database_url,
                       const std::string& worker, const base::Clock& clock_, base::Random& random_,
                       base::Logger& logger_)
    : worker_id(worker),
      clock(clock_),
      random(random_),
      logger(logger_),
      database(DatabaseOptions(config, database_url, worker), clock_, random_),
      event_log(database),
      event_feed({}, database, event_log, clock_, logger_) {}

absl::StatusOr<std::unique_ptr<Foundation>> Foundation::Make(
    const Config& config, const std::string& database_url, const std::string& worker_id,
    const base::Clock& clock, base::Random& random, base::Logger& logger) {
  SYNCLINE_RETURN_IF_ERROR(store::Migrator(database_url).Run());
  auto out = std::make_unique<Foundation>(config, database_url, worker_id, clock, random, logger);
  const bool embedded = config.database_url.empty();
  SYNCLINE_ASSIGN_OR_RETURN(secret::Keyring keyring,
                            LoadKeys(config.keyring_file, embedded, out->database, random));
  out->keyring = std::make_unique<secret::Keyring>(std::move(keyring));
  out->sealer = std::make_unique<secret::EnvelopeSealer>(*out->keyring);
  out->token_sealer = std::make_unique<secret::TokenSealer>(*out->keyring);
  out->vault = std::make_unique<credential::CredentialVault>(*out->sealer);
  SYNCLINE_RETURN_IF_ERROR(store::VerifyKeys(out->database, *out->sealer));
  return out;
}

}  // namespace syncline::app
