#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "pull/fan_out_plan.h"
#include "pull/level_walk.h"
#include "pull/partition.h"
#include "pull/request_scope.h"
#include "pull/watermark.h"

namespace syncline::pull {

// Yields the partitions of a fan-out, depth first: all below the first element of a level before
// the second one. Asks for the lists of parents as it comes to them. Holds a page of the parents'
// list for each level. One thread at a time.
class Partitions {
 public:
  // `place` is that of the list itself, which the levels are above; the references must outlive it.
  Partitions(std::shared_ptr<const FanOutPlan> plan, ListWalk::Place place);
  Partitions(const Partitions&) = delete;
  Partitions& operator=(const Partitions&) = delete;

  // Null after the last one; without levels there is one. A call that failed may be repeated. What
  // a list of parents can be refused for; PARTITION_LIMIT_REACHED.
  absl::StatusOr<std::shared_ptr<const Partition>> Next(std::stop_token stop);

  // Of which partition a run stood at, by level.
  using Position = std::vector<LevelWalk::Position>;
  static Position PositionOf(const Partition& partition);
  // Before the first Next: the partition at that position, the `count`-th; Next goes on after it.
  // Null when it is not there any more: Next then begins at the page of parents where it stood.
  absl::StatusOr<std::shared_ptr<const Partition>> Seek(const Position& position,
                                                        std::int64_t count, std::stop_token stop);
  // The first doubt about a level since it was taken last; see LevelWalk::doubt.
  absl::Status TakeDoubt() { return std::exchange(doubt_, absl::OkStatus()); }

  // Partitions so far.
  std::int64_t count() const { return count_; }

 private:
  // A level that is being walked, under the elements of the levels above.
  struct Open {
    std::shared_ptr<const Partition> above;
    std::unique_ptr<Watermark> state;  // what `state` of a range refers to; mostly null
    std::unique_ptr<LevelWalk> walk;
    bool told_doubt = false;
  };

  // What StateSource::Find says.
  absl::Status Enter(std::shared_ptr<const Partition> above);
  absl::StatusOr<std::unique_ptr<Watermark>> StateAt(const Partition& above) const;
  std::shared_ptr<const Partition> Below(const Open& open, Element element) const;
  bool IsWhole(const Partition& partition) const;
  // Where an error of the innermost open level's list happened.
  absl::Status Located(const absl::Status& status) const;
  void NoteDoubt();
  absl::Status Count(const Partition& partition);

  const std::shared_ptr<const FanOutPlan> plan_;
  const ListWalk::Place place_;
  std::shared_ptr<const Partition> to_enter_;  // the level below it comes next
  bool begun_ = false;
  std::vector<Open> open_;
  absl::Status doubt_;
  std::int64_t count_ = 0;
  std::int64_t outer_count_ = 0;  // elements of the levels above the innermost
};

}  // namespace syncline::pull
