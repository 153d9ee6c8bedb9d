#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace syncline::pull {

// Where a walk over a list stands beyond what paging knows.
struct ListPosition {
  std::int64_t restarts = 0;      // how often a rule had the list begin again
  std::int64_t pages_before = 0;  // handed out before the page that paging calls the first
  friend bool operator==(const ListPosition&, const ListPosition&) = default;
};

// The checkpoint of a list: that of paging, with the position around it where there is one.
std::string WriteListPosition(const ListPosition& position, std::string paging);

// And back; `paging` is what stood inside. INTERNAL for text that is none of ours.
absl::StatusOr<ListPosition> ReadListPosition(std::string_view text, std::string* paging);

}  // namespace syncline::pull
