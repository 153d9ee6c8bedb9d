#include "http/backoff.h"

#include <algorithm>

namespace syncline::http {

std::chrono::milliseconds DelayAfter(const Backoff& backoff, int attempt,
                                     std::optional<std::chrono::milliseconds> hint,
                                     double fraction) {
  std::chrono::milliseconds ceiling = std::min(backoff.base, backoff.max);
  for (int i = 1; i < attempt && ceiling < backoff.max; ++i) {
    // Halving the bound instead of doubling the value: no overflow for any base.
    ceiling = ceiling > backoff.max / 2 ? backoff.max : ceiling * 2;
  }
  const auto drawn = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::duration<double, std::milli>(static_cast<double>(ceiling.count()) * fraction));
  return std::max(drawn, hint.value_or(std::chrono::milliseconds(0)));
}

}  // namespace syncline::http
