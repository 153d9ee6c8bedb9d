#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "queue/run_queue.h"
#include "tests/support/in_memory_event_log.h"

namespace syncline::test {

// The table that in-memory queues share, as replicas share a database. Safe for concurrent use.
struct InMemoryRunTable {
  struct Row {
    queue::ClaimedRun run;  // epoch, attempt and progress so far
    model::RunState state = model::RunState::kQueued;
    std::string owner;
    model::RunWait wait;
    queue::RunEnding ending;
  };
  // Queues it, with event 1.
  void Enqueue(queue::ClaimedRun run) {
    const std::lock_guard lock(mutex);
    log.Append(run.run_id, model::RunQueued{});
    rows[run.run_id].run = std::move(run);
  }
  absl::Status RequestCancel(const std::string& run_id) {
    const std::lock_guard lock(mutex);
    Row& row = rows[run_id];
    if (model::IsTerminal(row.state)) return base::Error(base::Reason::kRunNotActive, "ended");
    row.run.cancel_requested = true;
    if (row.state == model::RunState::kQueued) {
      End(row, {.state = model::RunState::kCancelled, .verdict = model::Verdict::kCancelled});
    }
    return absl::OkStatus();
  }
  void End(Row& row, queue::RunEnding ending) {
    row.state = ending.state;
    row.owner.clear();
    log.Append(row.run.run_id,
               model::RunEnded{ending.state, ending.verdict, ending.error, row.run.counters});
    row.ending = std::move(ending);
  }
  Row Get(const std::string& run_id) {
    const std::lock_guard lock(mutex);
    return rows[run_id];
  }

  std::mutex mutex;
  std::map<std::string, Row> rows;
  InMemoryEventLog log;
};

// RunQueue in a map, for one worker; passes the same contract suite as the one on PostgreSQL.
class InMemoryRunQueue final : public queue::RunQueue {
 public:
  InMemoryRunQueue(InMemoryRunTable& table, std::string worker_id)
      : table_(table), worker_id_(std::move(worker_id)) {}

  absl::StatusOr<std::vector<queue::ClaimedRun>> Claim(int count) override {
    const std::lock_guard lock(table_.mutex);
    std::vector<queue::ClaimedRun> claimed;
    for (auto& [run_id, row] : table_.rows) {
      if (claimed.size() == static_cast<std::size_t>(count)) break;
      if (row.state != model::RunState::kQueued) continue;
      row.state = model::RunState::kRunning;
      row.owner = worker_id_;
      ++row.run.epoch;
      ++row.run.attempt;
      table_.log.Append(run_id, model::RunStarted{row.run.attempt, row.run.pages_committed + 1});
      claimed.push_back(row.run);
    }
    return claimed;
  }
  absl::Status Append(const queue::ClaimedRun& run, const model::RunEventBody& event) override {
    return Fenced(run, [&](InMemoryRunTable::Row& row) {
      if (const auto* waiting = std::get_if<model::RunWaiting>(&event)) row.wait = waiting->wait;
      table_.log.Append(run.run_id, event);
    });
  }
  absl::Status Finish(const queue::ClaimedRun& run, const queue::RunEnding& ending) override {
    return Fenced(run, [&](InMemoryRunTable::Row& row) { table_.End(row, ending); });
  }
  absl::Status Release(const queue::ClaimedRun& run, std::string_view reason) override {
    return Fenced(run, [&](InMemoryRunTable::Row& row) {
      row.state = model::RunState::kQueued;
      row.owner.clear();
      ++row.run.epoch;
      table_.log.Append(run.run_id, model::RunReleased{std::string(reason)});
    });
  }
  // Its time has come at once: there is no clock here.
  absl::Status Park(const queue::ClaimedRun& run, const queue::RunParking& parking) override {
    return Fenced(run, [&](InMemoryRunTable::Row& row) {
      row.state = model::RunState::kQueued;
      row.owner.clear();
      row.wait = parking.wait;
      row.run.request_attempt = parking.request_attempt;
      row.run.paid = parking.paid;
      row.run.parked += parking.delay;
      ++row.run.epoch;
      --row.run.attempt;
      table_.log.Append(run.run_id, model::RunWaiting{parking.wait, parking.request_attempt, true});
    });
  }
  absl::StatusOr<std::vector<Interrupt>> PollInterrupts(
      const std::vector<queue::ClaimedRun>& runs) override {
    const std::lock_guard lock(table_.mutex);
    std::vector<Interrupt> interrupts;
    for (const queue::ClaimedRun& run : runs) {
      const InMemoryRunTable::Row& row = table_.rows[run.run_id];
      const bool fenced = row.owner != worker_id_ || row.run.epoch != run.epoch;
      if (fenced || row.run.cancel_requested) interrupts.push_back({run.run_id, !fenced, fenced});
    }
    return interrupts;
  }

 private:
  template <typename Change>
  absl::Status Fenced(const queue::ClaimedRun& run, const Change& change) {
    const std::lock_guard lock(table_.mutex);
    InMemoryRunTable::Row& row = table_.rows[run.run_id];
    if (row.owner != worker_id_ || row.run.epoch != run.epoch) {
      return base::Error(base::Reason::kRunFenced, "the run is no longer this worker's");
    }
    change(row);
    return absl::OkStatus();
  }

  InMemoryRunTable& table_;
  const std::string worker_id_;
};

}  // namespace syncline::test
