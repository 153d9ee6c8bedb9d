#include "api/run_event_streams.h"

#include <utility>
#include <vector>

namespace syncline::api {

RunEventStreams::RunEventStreams(RunStreamEnvironment environment)
    : environment_(std::move(environment)) {}

RunEventStreams::~RunEventStreams() { Stop(); }

absl::Status RunEventStreams::Start() {
  timer_ = std::jthread([this](const std::stop_token& stop) { TickUntilStopped(stop); });
  return absl::OkStatus();
}

void RunEventStreams::Stop() {
  if (!timer_.joinable()) return;
  timer_.request_stop();
  timer_.join();
}

grpc::ServerWriteReactor<v1::WatchRunResponse>* RunEventStreams::Open(
    grpc::CallbackServerContext* context, const v1::WatchRunRequest& request) {
  auto stream = std::make_shared<RunEventStream>(environment_, context, request,
                                                 [this](RunEventStream* closed) {
                                                   const std::lock_guard lock(mutex_);
                                                   streams_.erase(closed);
                                                 });
  bool draining = false;
  {
    const std::lock_guard lock(mutex_);
    streams_.emplace(stream.get(), stream);
    draining = draining_;
  }
  stream->Begin();
  if (draining) stream->Drain();
  return stream.get();
}

void RunEventStreams::Drain() {
  {
    const std::lock_guard lock(mutex_);
    draining_ = true;
  }
  for (const auto& stream : Streams()) stream->Drain();
}

std::size_t RunEventStreams::count() const {
  const std::lock_guard lock(mutex_);
  return streams_.size();
}

void RunEventStreams::TickUntilStopped(const std::stop_token& stop) {
  while (environment_.calls.clock.WaitFor(kTickInterval, stop)) {
    for (const auto& stream : Streams()) stream->Tick();
  }
}

std::vector<std::shared_ptr<RunEventStream>> RunEventStreams::Streams() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<RunEventStream>> streams;
  streams.reserve(streams_.size());
  for (const auto& [pointer, stream] : streams_) streams.push_back(stream);
  return streams;
}

}  // namespace syncline::api
