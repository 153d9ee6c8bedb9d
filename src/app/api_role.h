#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/handler_environment.h"
#include "api/page_token.h"
#include "api/run_event_streams.h"
#include "api/server.h"
#include "api/unary_call.h"
#include "app/foundation.h"
#include "app/readiness.h"
#include "base/service.h"
#include "base/worker_pool.h"
#include "http/egress_guard.h"
#include "http/transport.h"

namespace syncline::app {

// The role `api`: the gRPC services on every address, and whether calls make sense.
class ApiRole final : public base::Service {
 public:
  static constexpr int kWorkerCount = 16;              // at most one database session each
  static constexpr std::size_t kQueuedCallsMax = 256;  // more are refused with QUOTA_EXCEEDED
  // The same for calls that wait for vendors: previews, tests of credentials, authorizations.
  static constexpr int kWaitingWorkerCount = 8;
  static constexpr std::size_t kQueuedWaitingCallsMax = 32;
  // Calls under way get this long once the streams were told to go.
  static constexpr std::chrono::seconds kCallDrainMax{5};

  // `on_run_queued`: an executor of this process could take it at once.
  ApiRole(const Config& config, Foundation& foundation, std::function<void()> on_run_queued);
  absl::Status Start() override;
  // Health says NOT_SERVING from now on; calls still work.
  void BeginDrain();
  // Tells every stream to go on elsewhere, ends the calls, joins the threads.
  void Stop() override;
  // What it listens on, with the port that was chosen for port 0.
  std::vector<std::string> addresses() const { return addresses_; }

 private:
  void SetServing(bool serving);

  const Config& config_;
  const std::shared_ptr<http::EgressGuard> egress_guard_;
  base::WorkerPool workers_;
  base::WorkerPool waiting_workers_;
  const api::CallEnvironment calls_;
  const api::PageTokens page_tokens_;
  const std::unique_ptr<http::Transport> vendor_transport_;
  const api::HandlerEnvironment handlers_;
  const api::RunStreamEnvironment stream_environment_;
  api::RunEventStreams streams_;
  std::vector<std::vector<std::unique_ptr<grpc::Service>>> services_;  // one set per listener
  std::vector<std::unique_ptr<api::Server>> servers_;
  std::vector<std::string> addresses_;
  Readiness readiness_;
};

}  // namespace syncline::app
