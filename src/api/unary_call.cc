#include "api/unary_call.h"

#include <chrono>
#include <string>

#include "api/status_details.h"
#include "base/status.h"
#include "grpcpp/server_context.h"

namespace syncline::api {
namespace {

using base::Reason;

bool IsServerFault(Reason reason) {
  const absl::StatusCode code = base::ReasonCode(reason);
  return code == absl::StatusCode::kInternal || code == absl::StatusCode::kUnavailable ||
         code == absl::StatusCode::kDataLoss || code == absl::StatusCode::kResourceExhausted;
}

// One call between its arrival and its answer.
class Call {
 public:
  // `reactor`: the context's default one, which gRPC gives out only once.
  Call(const CallEnvironment& environment, grpc::CallbackServerContext* context,
       grpc::ServerUnaryReactor* reactor, const char* method)
      : environment_(environment),
        context_(context),
        reactor_(reactor),
        method_(method),
        start_(environment.clock.SteadyNow()) {}

  void Run(const std::function<absl::Status(const CallScope&)>& work, std::stop_token stop) {
    // The caller's right to this method is judged here, before the handler, once callers have
    // identities; until then the server listens on loopback and Unix sockets only.
    if (context_->IsCancelled()) {
      return Answer(base::Error(Reason::kCancelled, "the caller gave up before the call began"));
    }
    if (TooLate()) {
      return Answer(base::Error(Reason::kDeadlineExceeded,
                                "the deadline passed before the call began; nothing was done"));
    }
    Answer(work({.deadline = Deadline(), .stop = std::move(stop)}));
  }

  // Ends the call: gRPC owns the context no longer than this.
  void Answer(const absl::Status& status) {
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(
        environment_.clock.SteadyNow() - start_);
    if (status.ok()) {
      environment_.logger.Debug("api.call", {{"method", method_}, {"micros", took.count()}});
    } else if (IsServerFault(base::ReasonOf(status))) {
      environment_.logger.Warning(
          "api.call", {{"method", method_}, {"micros", took.count()}, {"error", status}});
    } else {
      environment_.logger.Debug("api.call",
                                {{"method", method_}, {"micros", took.count()}, {"error", status}});
    }
    reactor_->Finish(ToGrpcStatus(status));
  }

 private:
  base::SteadyTime Deadline() const {
    const base::SteadyTime now = environment_.clock.SteadyNow();
    const auto left = context_->deadline() - environment_.clock.Now();
    const base::SteadyTime latest = start_ + kDeadlineMax;
    return left < latest - now ? now + left : latest;
  }
  bool TooLate() const {
    if (environment_.clock.SteadyNow() - start_ > kDeadlineMax) return true;
    // gRPC hands the deadline out on the system's clock; it is compared with that clock alone.
    return context_->deadline() < environment_.clock.Now();
  }

  const CallEnvironment& environment_;
  grpc::CallbackServerContext* const context_;
  grpc::ServerUnaryReactor* const reactor_;
  const char* const method_;
  const base::SteadyTime start_;
};

}  // namespace

grpc::ServerUnaryReactor* StartUnaryCall(const CallEnvironment& environment,
                                         base::WorkerPool& workers,
                                         grpc::CallbackServerContext* context, const char* method,
                                         std::function<absl::Status(const CallScope&)> work) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  auto call = std::make_shared<Call>(environment, context, reactor, method);
  const absl::Status queued = workers.Submit(
      [call, work = std::move(work)](const std::stop_token& stop) { call->Run(work, stop); });
  if (!queued.ok()) call->Answer(queued);
  return reactor;
}

}  // namespace syncline::api
