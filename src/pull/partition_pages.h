#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/worker_pool.h"
#include "model/partition_state.h"
#include "pull/details.h"
#include "pull/fan_out_plan.h"
#include "pull/lane.h"
#include "pull/list.h"
#include "pull/partition.h"
#include "pull/partitions.h"

namespace syncline::pull {

// The pages of a list for every partition of a fan-out, in order, as one row. Partitions may be
// walked at the same time, their pages come one after the other all the same: whoever is ahead
// waits with one page in hand. Without a fan-out it is the one list. Holds a page for each
// partition on the wire and one for each level of parents (I7). One thread at a time.
class PartitionPages {
 public:
  // `list` is what the pages are of, `details` complete them. `place` is that of the list without a
  // fan-out, with the identity that walks it as its `partition`. The references must outlive it.
  PartitionPages(std::shared_ptr<const FanOutPlan> plan, std::shared_ptr<const List> list,
                 const Details& details, ListWalk::Place place);
  // Gives up what is on the wire.
  ~PartitionPages();
  PartitionPages(const PartitionPages&) = delete;
  PartitionPages& operator=(const PartitionPages&) = delete;

  struct Page {
    ListPage page;
    DetailedRecords detailed;
    std::shared_ptr<const Partition> partition;
    std::vector<model::PartitionState> states;  // of a partition that ends with it
    std::string checkpoint;                     // how to go on after it; "" when it is the last one
    std::int64_t total = 0;                     // records in the whole list; 0 = unknown
  };

  // The checkpoint that stands before the first page.
  static constexpr std::string_view kBeginning = "null";
  // Before the first Next: goes on after the page that carried `checkpoint`. INTERNAL when the text
  // is none of ours. The lists of parents are asked for by Next.
  absl::Status Resume(std::string_view checkpoint);

  // The page number that the checkpoint of a run without a fan-out asks for.
  std::int64_t page_number() const;

  // The next page; not after the last one. A failed page may be asked for again. A fan-out without
  // partitions has one page, which is empty. The errors of ListWalk::Next and Partitions::Next;
  // RESULT_WINDOW_EXCEEDED.
  absl::StatusOr<Page> Next(std::stop_token stop);

 private:
  // Where a resumed run goes on.
  struct Place {
    Partitions::Position partition;
    std::int64_t number = 1;
    std::string walk;  // "" = after the partition
  };

  absl::Status Find(std::stop_token stop);
  // Fills the lanes; what goes wrong with the parents is told when the lanes are empty.
  void TopUp(std::stop_token stop);
  absl::StatusOr<std::shared_ptr<Lane>> MakeLane(std::shared_ptr<const Partition> partition,
                                                 std::int64_t number, std::string_view walk);
  void StartLanes();
  // Two lanes in place of the first one, whose partition has more records than the vendor serves.
  absl::Status Halve(const absl::Status& exceeded);
  Page PageOf(const Lane& lane, Lane::Pulled pulled) const;
  std::string CheckpointOf(const Lane& lane, const std::string& walk) const;
  bool has_levels() const { return !plan_->levels().empty(); }

  const std::shared_ptr<const FanOutPlan> plan_;
  const std::shared_ptr<const List> list_;
  const Details& details_;
  const ListWalk::Place place_;
  Partitions partitions_;
  std::optional<Place> resume_;
  std::deque<std::shared_ptr<Lane>> lanes_;
  bool exhausted_ = false;  // no partition after those in lanes_
  absl::Status trouble_;    // with the partition after those in lanes_
  std::stop_source stop_;
  std::unique_ptr<base::WorkerPool> pool_;  // null: nothing is pulled ahead
};

}  // namespace syncline::pull
