#pragma once

#include <cstdint>
#include <optional>

#include "absl/status/status.h"

namespace syncline::paging {

// A vendor may serve no more than so many records of one list, however far one pages
// (Pagination.result_window). A walk that meets that wall fails with RESULT_WINDOW_EXCEEDED;
// whoever asked for the list by a range can then ask for each half of the range by a walk of its
// own. Pages that were taken before it are good: their records come again and are unchanged.
//
// The wall is met as soon as the vendor declares more than `window` records, which the first page
// already tells, or when `window` records came: whether more stand behind them cannot be known.

// What a page says, with `seen` records up to and with it; `window` 0 = no wall, always OK.
// RESULT_WINDOW_EXCEEDED with the metadata window, seen and, where known, total.
absl::Status CheckResultWindow(std::int64_t window, std::int64_t seen,
                               std::optional<std::int64_t> total);

// Whether a walk failed for that reason and the range is to be halved.
bool IsResultWindowExceeded(const absl::Status& status);

}  // namespace syncline::paging
