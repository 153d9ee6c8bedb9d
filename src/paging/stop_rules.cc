#include "paging/stop_rules.h"

namespace syncline::paging {

bool IsLastPage(const Position& position, const PageFacts& facts, std::int64_t limit,
                bool stop_on_short_page) {
  if (facts.record_count == 0) return true;
  if (facts.total.has_value()) return position.records + facts.record_count >= *facts.total;
  return stop_on_short_page && facts.record_count < limit;
}

std::optional<std::int64_t> PagesOf(const Position& position, const PageFacts& facts) {
  if (!facts.total.has_value() || facts.record_count == 0) return std::nullopt;
  const std::int64_t left = *facts.total - position.records - facts.record_count;
  const std::int64_t pages = left <= 0 ? 0 : (left - 1) / facts.record_count + 1;
  return position.index + 1 + pages;
}

}  // namespace syncline::paging
