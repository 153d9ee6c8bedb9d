#include "app/readiness.h"

#include <utility>

#include "base/status.h"

namespace syncline::app {

Readiness::Readiness(const store::Database& database, const base::Clock& clock,
                     base::Logger& logger, std::function<void(bool)> on_change)
    : database_(database), clock_(clock), logger_(logger), on_change_(std::move(on_change)) {}

Readiness::~Readiness() { Stop(); }

absl::Status Readiness::Start() {
  thread_ = std::jthread([this](std::stop_token stop) { Watch(std::move(stop)); });
  return absl::OkStatus();
}

void Readiness::Stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
  connection_.reset();
}

void Readiness::Watch(std::stop_token stop) {
  bool ready = false;
  while (!stop.stop_requested()) {
    const absl::Status status = Probe();
    if (status.ok() != ready) {
      ready = status.ok();
      if (!ready) logger_.Warning("server.not_ready", {{"error", status}});
      on_change_(ready);
    }
    if (!clock_.WaitFor(kPeriod, stop)) return;
  }
}

absl::Status Readiness::Probe() {
  if (connection_ == nullptr || connection_->broken()) {
    store::SessionOptions session = database_.options().session;
    session.connect_timeout = session.statement_timeout = session.call_timeout = kAnswerMax;
    SYNCLINE_ASSIGN_OR_RETURN(connection_, database_.OpenConnection(session));
  }
  const absl::Status status = connection_->Execute("SELECT 1").status();
  if (!status.ok()) connection_.reset();
  return status;
}

}  // namespace syncline::app
