// The first byte is the status, the first line a Retry-After, the others rate headers, by turns of
// every spelling: reading never crashes, and a pause that is read is one that can be waited for.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/rate_headers.h"
#include "http/retry_after.h"

namespace {

using namespace syncline;

void Require(bool holds) {
  if (!holds) std::abort();
}

bool IsSane(std::chrono::milliseconds pause) {
  return pause.count() >= 0 && pause <= http::kRetryAfterReadMax;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  constexpr int kStatuses[] = {200, 302, 404, 429, 500, 503};
  constexpr const char* kNames[] = {"Retry-After",
                                    "RateLimit",
                                    "RateLimit-Remaining",
                                    "RateLimit-Reset",
                                    "X-RateLimit-Reset",
                                    "X-Rate-Limit-Remaining",
                                    "Date",
                                    "X-RateLimit-Reset-After"};
  std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  http::Response response{.status = kStatuses[data[0] % std::size(kStatuses)]};
  const base::Time now = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);
  for (std::size_t i = 0; !input.empty() && i < 64; ++i) {
    const std::string_view line = input.substr(0, input.find('\n'));
    input.remove_prefix(std::min(line.size() + 1, input.size()));
    response.headers.Add(kNames[i % std::size(kNames)], std::string(line));
    const auto pause = http::ParseRetryAfter(line, now);
    if (pause.has_value()) Require(IsSane(*pause));
  }
  const http::VendorBudget budget = http::ReadRateHeaders(response.headers, now);
  if (budget.remaining.has_value()) Require(*budget.remaining >= 0);
  if (budget.reset_after.has_value()) Require(IsSane(*budget.reset_after));
  if (const auto pause = http::PauseAfter(response, now)) Require(IsSane(*pause));
  return 0;
}
