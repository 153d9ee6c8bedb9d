#include "app/key_commands.h"

#include <fmt/ostream.h>

#include <algorithm>
#include <map>

#include "app/embedded_postgres.h"
#include "app/keys.h"
#include "base/status.h"
#include "credential/key_rotation.h"
#include "fmt/format.h"
#include "secret/envelope_sealer.h"
#include "store/key_canary.h"

namespace syncline::app {
namespace {

// What both commands stand on. Lives on the stack of one.
class KeyDesk {
 public:
  KeyDesk(const Config& config, base::Logger& logger, const std::string& url)
      : random_(base::SystemSeed()),
        database_(OptionsFor(url), clock_, random_),
        audit_(database_, logger) {
    keys_ = LoadKeys(config, false, database_, clock_, random_);
  }

  const absl::Status& status() const { return keys_.status(); }
  store::Database& database() { return database_; }
  const secret::KeyProvider& keys() const { return *keys_->provider; }
  credential::AuditLog& audit() { return audit_; }
  absl::StatusOr<std::vector<store::KeyUse>> Uses() {
    absl::StatusOr<std::vector<store::KeyUse>> uses = std::vector<store::KeyUse>();
    const absl::Status status =
        database_.RunTransaction([&](store::Transaction& transaction) -> absl::Status {
          uses = store::CountKeyUses(transaction);
          return uses.status();
        });
    if (!status.ok()) return status;
    return uses;
  }

 private:
  static store::Database::Options OptionsFor(const std::string& url) {
    store::Database::Options options;
    options.url = url;
    options.session.application_name = "synclined keys";
    options.connection_count_max = 2;
    return options;
  }

  const base::SystemClock clock_;
  base::SeededRandom random_;
  store::Database database_;
  credential::AuditLog audit_;
  absl::StatusOr<Keys> keys_ = base::Error(base::Reason::kInternal, "the keys are not read yet");
};

absl::StatusOr<std::string> UrlOf(const Config& config, base::Logger& logger) {
  if (!config.database_url.empty()) return config.database_url;
  const base::SystemClock clock;
  return EmbeddedPostgres({config.data_directory, config.postgres_binary_directory}, clock, logger)
      .RunningUrl();
}

void PrintEnd(const credential::KeyRotation::Report& report, std::ostream& out) {
  fmt::print(out, "{} data keys wrapped anew by \"{}\"\n", report.rewrapped, report.active_id);
  if (report.corrupt > 0) {
    fmt::print(out, "{} do not open and were left as they are; see: syncline list audit-events\n",
               report.corrupt);
  }
  if (report.behind() == 0) {
    fmt::print(
        out,
        "every row is of the active key: once all servers run with it, the other keys can be "
        "removed\n");
    return;
  }
  for (const store::KeyUse& use : report.uses) {
    if (use.key_id == report.active_id) continue;
    fmt::print(out, "key \"{}\" still seals {} rows and must stay; run the command again\n",
               use.key_id, use.row_count);
  }
}

}  // namespace

absl::Status RotateKeys(const Config& config, base::Logger& logger, std::ostream& out) {
  SYNCLINE_ASSIGN_OR_RETURN(const std::string url, UrlOf(config, logger));
  KeyDesk desk(config, logger, url);
  SYNCLINE_RETURN_IF_ERROR(desk.status());
  // Gives the active key its check value before the first row is of it, and refuses a wrong one.
  secret::EnvelopeSealer sealer(desk.keys());
  SYNCLINE_RETURN_IF_ERROR(store::VerifyKeys(desk.database(), sealer));
  credential::KeyRotation rotation(desk.database(), desk.keys(), desk.audit());
  SYNCLINE_ASSIGN_OR_RETURN(
      const credential::KeyRotation::Report report,
      rotation.Run([&](std::int64_t done) { fmt::print(out, "{} …\n", done); }));
  PrintEnd(report, out);
  return absl::OkStatus();
}

absl::Status ListKeys(const Config& config, base::Logger& logger, std::ostream& out) {
  SYNCLINE_ASSIGN_OR_RETURN(const std::string url, UrlOf(config, logger));
  KeyDesk desk(config, logger, url);
  SYNCLINE_RETURN_IF_ERROR(desk.status());
  SYNCLINE_ASSIGN_OR_RETURN(const std::vector<std::string> ids, desk.keys().Ids());
  SYNCLINE_ASSIGN_OR_RETURN(const std::vector<store::KeyUse> uses, desk.Uses());
  std::map<std::string, std::int64_t> rows;
  for (const store::KeyUse& use : uses) rows[use.key_id] = use.row_count;
  fmt::print(out, "{:<40} {:<8} {:>8}\n", "KEY", "STATE", "ROWS");
  for (const std::string& id : ids) {
    fmt::print(out, "{:<40} {:<8} {:>8}\n", id, id == ids.front() ? "active" : "opens", rows[id]);
  }
  for (const auto& [id, count] : rows) {
    if (std::ranges::find(ids, id) != ids.end()) continue;
    fmt::print(out, "{:<40} {:<8} {:>8}\n", id, "missing", count);
  }
  return absl::OkStatus();
}

}  // namespace syncline::app
