#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "model/run.h"
#include "model/run_event.h"

namespace syncline::queue {

// A run that this worker owns.
struct ClaimedRun {
  std::string run_id;
  std::string workspace;
  std::string integration;
  std::int64_t integration_uid = 0;
  std::int64_t epoch = 0;
  int attempt = 0;  // 1 on the first claim
  std::int64_t pages_committed = 0;
  std::string checkpoint;       // JSON; "" at the start
  model::RunCounters counters;  // of the run so far
  std::string definition;       // JSON {"integration", "mapping", "object_type"} in proto JSON
  base::Time start_time;        // when a worker first took it
  int request_attempt = 1;      // with which try the request goes on that it was parked for
  bool paid = false;            // that request has its slot in the rate budget
  std::chrono::milliseconds parked{0};  // how long it was parked so far
  bool cancel_requested = false;
  bool full = false;  // walks the whole list of an integration that has `incremental`
};

// How a run waits for its time without a worker.
struct RunParking {
  model::RunWait wait;  // until_time is filled in by the queue
  std::chrono::milliseconds delay{0};
  int request_attempt = 1;
  bool paid = false;
};

// How a run ends outside of its last page commit.
struct RunEnding {
  model::RunState state = model::RunState::kFailed;
  model::Verdict verdict = model::Verdict::kFailed;
  model::RunError error;
};

// The executor's view of the queue. Every write is fenced by (run, worker, epoch): RUN_FENCED when
// the run is no longer ours. Safe for concurrent use.
class RunQueue {
 public:
  virtual ~RunQueue() = default;
  // Takes up to `count` due runs and writes their `started` event. Empty when none is due.
  virtual absl::StatusOr<std::vector<ClaimedRun>> Claim(int count) = 0;
  // Appends an event and, for waits, sets run.wait (cleared by the next page commit).
  virtual absl::Status Append(const ClaimedRun& run, const model::RunEventBody& event) = 0;
  // Ends the run: state, verdict, error, terminal event; removes the queue row. When the vendor
  // refused the sign-in (AUTH_FAILED, 401), the schedules of the integration are paused.
  virtual absl::Status Finish(const ClaimedRun& run, const RunEnding& ending) = 0;
  // Hands the run back untouched: queued again, epoch + 1, attempt unchanged. After DRAINING and
  // RUN_FENCED it is due at once; after trouble that may pass by itself it rests, at most 30 s.
  virtual absl::Status Release(const ClaimedRun& run, std::string_view reason) = 0;
  // Hands the run back untouched until its time: queued, with what it waits for, epoch + 1. Neither
  // attempt nor crash is counted.
  virtual absl::Status Park(const ClaimedRun& run, const RunParking& parking) = 0;
  // Of these runs, those for which a cancel was asked for or that are no longer ours.
  struct Interrupt {
    std::string run_id;
    bool cancelled = false;
    bool fenced = false;
  };
  virtual absl::StatusOr<std::vector<Interrupt>> PollInterrupts(
      const std::vector<ClaimedRun>& runs) = 0;
};

}  // namespace syncline::queue
