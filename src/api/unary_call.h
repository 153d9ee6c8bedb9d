#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <type_traits>
#include <utility>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/worker_pool.h"
#include "grpcpp/support/server_callback.h"

namespace grpc {
class CallbackServerContext;
}

namespace syncline::api {

// What every call needs. Owned by the composition root; outlives the server.
struct CallEnvironment {
  base::WorkerPool& workers;
  // For handlers that take a CallScope: those wait for vendors and providers, up to kDeadlineMax
  // each, and must not keep the workers from everybody else.
  base::WorkerPool& waiting_workers;
  base::Logger& logger;
  const base::Clock& clock;
};

// What bounds a call that waits for somebody else: network I/O of a handler ends by then.
struct CallScope {
  base::SteadyTime deadline;
  std::stop_token stop;  // the server goes down
};

// Runs `work` on a thread of `workers` and answers the call with its status: the gRPC thread that
// brought the call is never blocked. A call that waited for a thread past its deadline, or past
// kDeadlineMax when the client set none, is not begun; once begun, it is bounded by the time limits
// of its database statements. Every unary call of every service goes through here, one log line
// each: debug, or warning for a fault of the server.
grpc::ServerUnaryReactor* StartUnaryCall(const CallEnvironment& environment,
                                         base::WorkerPool& workers,
                                         grpc::CallbackServerContext* context, const char* method,
                                         std::function<absl::Status(const CallScope&)> work);

inline constexpr std::chrono::seconds kDeadlineMax{30};

// Forwards to a handler `absl::StatusOr<Response> (const Request&)`, or one that takes a CallScope
// too. gRPC keeps both messages until the call is answered.
template <typename Request, typename Response, typename Handler>
grpc::ServerUnaryReactor* UnaryCall(const CallEnvironment& environment,
                                    grpc::CallbackServerContext* context, const char* method,
                                    const Request* request, Response* response, Handler handler) {
  constexpr bool kWaits = std::is_invocable_v<Handler, const Request&, const CallScope&>;
  return StartUnaryCall(
      environment, kWaits ? environment.waiting_workers : environment.workers, context, method,
      [request, response,
       handler = std::move(handler)]([[maybe_unused]] const CallScope& scope) -> absl::Status {
        absl::StatusOr<Response> answer = [&] {
          if constexpr (kWaits) {
            return handler(*request, scope);
          } else {
            return handler(*request);
          }
        }();
        if (!answer.ok()) return std::move(answer).status();
        *response = *std::move(answer);
        return absl::OkStatus();
      });
}

}  // namespace syncline::api
