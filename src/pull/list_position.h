#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/hash.h"

namespace syncline::pull {

// What was handed out of a streamed answer, so that an answer to the same request can be told to be
// the same as far.
struct StreamPosition {
  std::int64_t records = 0;
  base::Hash128 fingerprint;  // of their pages, chained
  friend bool operator==(const StreamPosition&, const StreamPosition&) = default;
};

// Where a walk over a list stands beyond what paging knows.
struct ListPosition {
  std::int64_t restarts = 0;  // how often a rule had the list begin again
  // Handed out before what paging calls the first: before the list began again, and of streamed
  // answers, of which paging counts each as one page, all but the last.
  std::int64_t pages_before = 0;
  StreamPosition stream;  // in the answer where the walk stands
  friend bool operator==(const ListPosition&, const ListPosition&) = default;
};

// The checkpoint of a list: that of paging, with the position around it where there is one.
std::string WriteListPosition(const ListPosition& position, std::string paging);

// And back; `paging` is what stood inside. INTERNAL for text that is none of ours.
absl::StatusOr<ListPosition> ReadListPosition(std::string_view text, std::string* paging);

}  // namespace syncline::pull
