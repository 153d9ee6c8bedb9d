#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "base/hash.h"

namespace syncline::pull {

// Which record of the vendor, and which state of it.
struct RecordVersion {
  base::Hash128 record;   // of its name and the partition it stands in
  base::Hash128 version;  // of what tells that it changed, salted with the definition
  friend bool operator==(const RecordVersion&, const RecordVersion&) = default;
};

// What earlier runs wrote of the records of an integration. Safe for concurrent use.
class KnownRecords {
 public:
  virtual ~KnownRecords() = default;
  // The link of each record that was written in this version; 0 for those that were not, or whose
  // link is gone. DATABASE_UNAVAILABLE, DATABASE_CONFLICT.
  virtual absl::StatusOr<std::vector<std::int64_t>> FindUnchanged(
      std::span<const RecordVersion> records) const = 0;
};

}  // namespace syncline::pull
