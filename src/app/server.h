#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "app/api_role.h"
#include "app/config.h"
#include "app/embedded_postgres.h"
#include "app/executor_role.h"
#include "app/foundation.h"
#include "app/scheduler_role.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/service.h"

namespace syncline::app {

// The composition root: makes every object of the server in the order of their needs, starts them,
// and stops and destroys them in reverse. The only place that constructs services. Start and Stop
// come from one thread; `on_lease_lost` comes from another, once, and must not call Stop.
class Server final : public base::Service {
 public:
  // How long a start waits for a database that does not answer yet.
  static constexpr std::chrono::seconds kDatabaseWaitMax{30};
  static constexpr std::chrono::seconds kDatabaseRetryPause{1};

  // The references must outlive the server.
  Server(const Config& config, const base::Clock& clock, base::Random& random, base::Logger& logger,
         std::function<void()> on_lease_lost);
  ~Server() override;

  // Any reason. What was started until then is stopped by Stop.
  absl::Status Start() override;
  // In this order: no longer ready, no new ticks, runs handed back, streams told to go, calls
  // ended, database down.
  void Stop() override;

 private:
  absl::StatusOr<std::unique_ptr<Foundation>> LayFoundation(const std::string& database_url);
  absl::Status StartRoles();

  const Config config_;
  const base::Clock& clock_;
  base::Random& random_;
  base::Logger& logger_;
  const std::function<void()> on_lease_lost_;
  std::unique_ptr<EmbeddedPostgres> postgres_;
  std::unique_ptr<Foundation> foundation_;
  std::unique_ptr<ExecutorRole> executor_;
  std::unique_ptr<SchedulerRole> scheduler_;
  std::unique_ptr<ApiRole> api_;
};

}  // namespace syncline::app
