#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"

namespace syncline::model {

enum class RunState { kQueued, kRunning, kSucceeded, kFailed, kCancelled };
enum class RunTrigger { kManual, kSchedule };
// How the walk over the pages ended; kNone while it goes on. Only kComplete may remove anything.
enum class Verdict { kNone, kComplete, kLoop, kCapped, kCancelled, kFailed, kPartial };

// Names as they stand in the database and, with the enum's prefix, on the wire.
std::string_view RunStateName(RunState state);
std::string_view RunTriggerName(RunTrigger trigger);
std::string_view VerdictName(Verdict verdict);  // "" for kNone
absl::StatusOr<RunState> ParseRunState(std::string_view name);
absl::StatusOr<RunTrigger> ParseRunTrigger(std::string_view name);
absl::StatusOr<Verdict> ParseVerdict(std::string_view name);

bool IsTerminal(RunState state);
// The transition table: QUEUED -> RUNNING | CANCELLED | FAILED; RUNNING -> QUEUED (hand-back,
// rescue) | SUCCEEDED | FAILED | CANCELLED; nothing leaves a terminal state.
bool MayFollow(RunState from, RunState to);

// Same names as in syncline.v1.RunCounters.
struct RunCounters {
  std::int64_t pages = 0;
  std::int64_t records = 0;
  std::int64_t created = 0;
  std::int64_t updated = 0;
  std::int64_t unchanged = 0;
  std::int64_t rejected = 0;
  std::int64_t duplicates = 0;
  std::int64_t skipped = 0;
  std::int64_t missing = 0;
  std::int64_t response_bytes = 0;
  std::int64_t requests = 0;
  std::int64_t retries = 0;
  std::int64_t failed_details = 0;
  std::int64_t total_records = 0;  // not a sum: the newest known value wins

  RunCounters& operator+=(const RunCounters& other);
  friend bool operator==(const RunCounters&, const RunCounters&) = default;
};

struct RunError {
  std::string reason;  // base::ReasonName
  std::string message;
  std::map<std::string, std::string> metadata;
  friend bool operator==(const RunError&, const RunError&) = default;
};
RunError MakeRunError(const absl::Status& status);

struct RunWait {
  std::string reason;
  std::string message;
  base::Time until_time;
  friend bool operator==(const RunWait&, const RunWait&) = default;
};

}  // namespace syncline::model
