#pragma once

#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "api/run_event_stream.h"
#include "base/service.h"

namespace syncline::api {

// The open WatchRun calls of this server and the one timer that serves all of them (bookmarks,
// rotation, readers that stand still). Owned by the composition root, started before the server and
// stopped after it; safe for concurrent use. The feed bounds the number of streams.
class RunEventStreams final : public base::Service {
 public:
  static constexpr std::chrono::seconds kTickInterval{1};

  explicit RunEventStreams(RunStreamEnvironment environment);
  ~RunEventStreams() override;

  absl::Status Start() override;
  void Stop() override;

  // A reactor for the call; it owns itself.
  grpc::ServerWriteReactor<v1::WatchRunResponse>* Open(grpc::CallbackServerContext* context,
                                                       const v1::WatchRunRequest& request);
  // Ends every stream, and every later one as soon as it opens, with CAUSE_DRAIN.
  void Drain();
  std::size_t count() const;

 private:
  void TickUntilStopped(const std::stop_token& stop);
  std::vector<std::shared_ptr<RunEventStream>> Streams() const;

  const RunStreamEnvironment environment_;
  mutable std::mutex mutex_;
  std::unordered_map<RunEventStream*, std::shared_ptr<RunEventStream>> streams_;
  bool draining_ = false;
  std::jthread timer_;
};

}  // namespace syncline::api
