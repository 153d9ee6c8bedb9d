#pragma once

#include <algorithm>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/status.h"
#include "event/event_log.h"

namespace syncline::test {

// EventLog in a map; passes the same contract suite as the one on PostgreSQL.
class InMemoryEventLog final : public event::EventLog {
 public:
  void AddRun(const std::string& run_id) {
    const std::lock_guard lock(mutex_);
    runs_.try_emplace(run_id);
  }
  // Numbers the event and returns its sequence.
  std::int64_t Append(const std::string& run_id, model::RunEventBody body, base::Time time = {}) {
    const std::lock_guard lock(mutex_);
    std::vector<model::RunEvent>& events = runs_[run_id];
    events.push_back({static_cast<std::int64_t>(events.size()) + 1, time, std::move(body)});
    return events.back().sequence;
  }
  // Reads fail with `status` until it is OK again.
  void Fail(absl::Status status) {
    const std::lock_guard lock(mutex_);
    failure_ = std::move(status);
  }
  absl::StatusOr<std::vector<model::RunEvent>> ReadAfter(const std::string& run_id,
                                                         std::int64_t after, int limit) override {
    const std::lock_guard lock(mutex_);
    if (!failure_.ok()) return failure_;
    const auto run = runs_.find(run_id);
    if (run == runs_.end()) return base::Error(base::Reason::kNotFound, "no such run");
    std::vector<model::RunEvent> found;
    for (const model::RunEvent& event : run->second) {
      if (event.sequence > after && found.size() < static_cast<std::size_t>(limit))
        found.push_back(event);
    }
    return found;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::vector<model::RunEvent>> runs_;
  absl::Status failure_;
};

}  // namespace syncline::test
