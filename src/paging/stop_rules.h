#pragma once

#include <cstdint>
#include <optional>

#include "paging/paginator.h"

namespace syncline::paging {

// Whether a page asked for with `limit` was the last one: it is empty; or `total` records were
// seen; or it is short, and no total says that more must come.
bool IsLastPage(const Position& position, const PageFacts& facts, std::int64_t limit,
                bool stop_on_short_page);

// The pages of a list of `total` records when those that follow bring as many as this one; nullopt
// when that cannot be told.
std::optional<std::int64_t> PagesOf(const Position& position, const PageFacts& facts);

}  // namespace syncline::paging
