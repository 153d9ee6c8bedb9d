#include "paging/stop_rules.h"

namespace syncline::paging {

bool IsLastPage(const Position& position, const PageFacts& facts, std::int64_t limit,
                bool stop_on_short_page) {
  if (facts.record_count == 0) return true;
  if (facts.total.has_value()) return position.records + facts.record_count >= *facts.total;
  return stop_on_short_page && facts.record_count < limit;
}

}  // namespace syncline::paging
