#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/worker_pool.h"
#include "pull/details.h"
#include "pull/list_walk.h"
#include "pull/partition.h"

namespace syncline::pull {

// The walk of one partition, page by page, with the details of its records: on the thread that
// takes them, or ahead of it on a pool. Ahead it pulls one page and holds it until it is taken
// (I7). Start and Take are called by one thread.
class Lane : public std::enable_shared_from_this<Lane> {
 public:
  struct Pulled {
    ListPage page;
    DetailedRecords detailed;
    std::string checkpoint;  // of the walk after the page; "" when it was the last one
    std::int64_t total = 0;  // records in the partition; 0 = unknown
  };

  // `details` must outlive the lane.
  Lane(std::shared_ptr<const Partition> partition, std::int64_t number, ListWalk walk,
       const Details& details)
      : partition_(std::move(partition)),
        number_(number),
        walk_(std::move(walk)),
        details_(details) {}

  // Pulls the next page on `pool`, unless it is under way or waits to be taken. `stop` ends it.
  void Start(base::WorkerPool& pool, std::stop_token stop);
  // The next page; pulls it here when Start was not called for it. A page that failed may be taken
  // again. CANCELLED when stopped before there was one.
  absl::StatusOr<Pulled> Take(std::stop_token stop);

  const std::shared_ptr<const Partition>& partition() const { return partition_; }
  // Under which name the state of the partition is kept.
  const std::string& state_key() const { return walk_.partition(); }
  // Of the partition in its run, from 1.
  std::int64_t number() const { return number_; }
  // The page where it stands. Not while a page is pulled ahead.
  std::int64_t page_number() const { return walk_.page_number(); }

 private:
  absl::StatusOr<Pulled> Pull(std::stop_token stop);

  const std::shared_ptr<const Partition> partition_;
  const std::int64_t number_;
  // Used by one thread at a time: whoever pulls.
  ListWalk walk_;
  const Details& details_;
  std::optional<ListPage> incomplete_;  // the walk is past it, and its details are not there
  std::int64_t incomplete_number_ = 0;

  std::mutex mutex_;
  std::condition_variable_any pulled_;
  bool under_way_ = false;                         // guarded by mutex_
  std::optional<absl::StatusOr<Pulled>> outcome_;  // guarded by mutex_
};

}  // namespace syncline::pull
