#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "load/id_blocks.h"
#include "load/load_target.h"
#include "load/object_writer.h"
#include "model/row.h"
#include "model/run.h"

namespace syncline::load {

// How the rows of a page are written.
struct WriteMode {
  // Expect no conflicts: a page that meets one is rolled back and written again carefully.
  bool careful = false;
  // Take it that no object of the new records exists: the unique indexes tell when that is wrong.
  bool assume_new = false;
};

// The ids of these links, and more of them, as text of an int8multirange.
std::string SeenRanges(const std::vector<Link>& links, std::vector<std::int64_t> more);

// Writes the rows of one page inside its transaction: what changed, what is new, and their links.
// Rows whose hash is unchanged cost nothing. Lives as long as one attempt.
class PageWriter {
 public:
  PageWriter(const LoadTarget& target, store::Transaction& transaction, IdBlocks& ids,
             const model::RowBatch& rows, std::vector<Link> links, WriteMode mode);
  absl::Status Write();

  // Valid after Write. created, updated, unchanged, skipped, rejected.
  const model::RunCounters& counters() const { return counters_; }
  const std::vector<model::Reject>& rejects() const { return rejects_; }
  // Of the rows, by their place; link_id 0 for those that got none.
  const std::vector<Link>& links() const { return links_; }
  // New records, and how many of them turned out to be known objects.
  std::size_t new_count() const { return new_count_; }
  std::size_t merged_count() const { return merged_count_; }

 private:
  // A row and the object it belongs to; link_id 0: gets a link.
  struct Placed {
    std::size_t row;
    std::int64_t object_id;
  };
  void Classify();
  // Rows whose object was deleted behind our back are put into `gone`.
  absl::Status UpdateObjects(const std::vector<Placed>& placed, std::vector<std::size_t>* gone);
  absl::Status UpdateFound(const std::vector<Placed>& placed);
  absl::Status PlaceNew();
  absl::Status Create(const std::vector<std::size_t>& rows);
  absl::Status InsertCarefully(const std::vector<ObjectRows>& objects);
  bool HasRequired(std::size_t row);
  absl::Status WriteLinks();
  void AddLink(std::size_t row, std::int64_t object_id);
  void AddReject(const Refusal& refusal);

  const LoadTarget& target_;
  store::Transaction& transaction_;
  IdBlocks& ids_;
  const model::RowBatch& rows_;
  std::vector<Link> links_;  // parallel to the rows
  const WriteMode mode_;
  ObjectWriter objects_;

  std::vector<Placed> changed_;    // rows of known objects whose hash differs
  std::vector<std::size_t> new_;   // rows without an object
  std::vector<Placed> new_links_;  // links to be made
  std::vector<Placed> old_links_;  // links to be changed
  model::RunCounters counters_;
  std::vector<model::Reject> rejects_;
  std::size_t new_count_ = 0;
  std::size_t merged_count_ = 0;
};

}  // namespace syncline::load
