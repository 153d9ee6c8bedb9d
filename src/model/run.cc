#include "model/run.h"

#include <fmt/format.h>

#include <array>

#include "base/status.h"

namespace syncline::model {
namespace {

// Index = enum value.
constexpr auto kStates =
    std::to_array<std::string_view>({"QUEUED", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED"});
constexpr auto kTriggers = std::to_array<std::string_view>({"MANUAL", "SCHEDULE"});
constexpr auto kVerdicts = std::to_array<std::string_view>(
    {"", "COMPLETE", "LOOP", "CAPPED", "CANCELLED", "FAILED", "PARTIAL"});

template <typename Enum, std::size_t N>
absl::StatusOr<Enum> Parse(const std::array<std::string_view, N>& names, std::string_view kind,
                           std::string_view name) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == name) return static_cast<Enum>(i);
  }
  return base::Error(base::Reason::kInternal, fmt::format("unknown {} \"{}\"", kind, name));
}

}  // namespace

std::string_view RunStateName(RunState state) {
  return kStates.at(static_cast<std::size_t>(state));
}
std::string_view RunTriggerName(RunTrigger trigger) {
  return kTriggers.at(static_cast<std::size_t>(trigger));
}
std::string_view VerdictName(Verdict verdict) {
  return kVerdicts.at(static_cast<std::size_t>(verdict));
}
absl::StatusOr<RunState> ParseRunState(std::string_view name) {
  return Parse<RunState>(kStates, "run state", name);
}
absl::StatusOr<RunTrigger> ParseRunTrigger(std::string_view name) {
  return Parse<RunTrigger>(kTriggers, "run trigger", name);
}
absl::StatusOr<Verdict> ParseVerdict(std::string_view name) {
  return Parse<Verdict>(kVerdicts, "verdict", name);
}

bool IsTerminal(RunState state) {
  return state != RunState::kQueued && state != RunState::kRunning;
}

bool MayFollow(RunState from, RunState to) {
  switch (from) {
    case RunState::kQueued:
      return to == RunState::kRunning || to == RunState::kCancelled || to == RunState::kFailed;
    case RunState::kRunning: return to != RunState::kRunning;
    default: return false;
  }
}

RunCounters& RunCounters::operator+=(const RunCounters& other) {
  pages += other.pages;
  records += other.records;
  created += other.created;
  updated += other.updated;
  unchanged += other.unchanged;
  rejected += other.rejected;
  duplicates += other.duplicates;
  skipped += other.skipped;
  missing += other.missing;
  response_bytes += other.response_bytes;
  failed_details += other.failed_details;
  requests += other.requests;
  retries += other.retries;
  if (other.total_records != 0) total_records = other.total_records;
  return *this;
}

RunError MakeRunError(const absl::Status& status) {
  return {std::string(base::ReasonName(base::ReasonOf(status))), base::MessageOf(status),
          base::MetadataOf(status)};
}

}  // namespace syncline::model
