#pragma once

#include <chrono>
#include <functional>
#include <thread>

#include "base/clock.h"
#include "base/log.h"
#include "base/service.h"
#include "store/connection.h"
#include "store/database.h"

namespace syncline::app {

// Tells the health service whether calls make sense: true while the database answers. A database
// that is away makes the server not ready; it does not end it. Owned by the composition root.
class Readiness final : public base::Service {
 public:
  static constexpr std::chrono::seconds kPeriod{1};
  static constexpr std::chrono::seconds kAnswerMax{3};

  // `on_change` is called from the thread of this service, first with true as soon as it is ready.
  Readiness(const store::Database& database, const base::Clock& clock, base::Logger& logger,
            std::function<void(bool)> on_change);
  ~Readiness() override;

  absl::Status Start() override;
  void Stop() override;

 private:
  void Watch(std::stop_token stop);
  absl::Status Probe();

  const store::Database& database_;
  const base::Clock& clock_;
  base::Logger& logger_;
  const std::function<void(bool)> on_change_;
  std::unique_ptr<store::Connection> connection_;  // of its own: a full pool is not a dead database
  std::jthread thread_;
};

}  // namespace syncline::app
