// Any text at any time where a vendor says how long to wait: Retry-After, and the value of a rule's
// `wait`. What is read lies between nothing and the bound; a date that was written by us is
// read as it was; a later "now" never makes the wait for the same date longer.
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "expression/value.h"
#include "http/date.h"
#include "http/rate_headers.h"
#include "http/retry_after.h"
#include "json/document.h"
#include "pull/wait_value.h"

namespace {

using namespace syncline;
using std::chrono::milliseconds;

void Require(bool holds) {
  if (!holds) std::abort();
}

void CheckBounds(const std::optional<milliseconds>& wait) {
  if (wait.has_value()) Require(wait->count() >= 0 && *wait <= http::kRetryAfterReadMax);
}

void CheckHeaders(std::string_view text, base::Time now) {
  const auto wait = http::ParseRetryAfter(text, now);
  CheckBounds(wait);
  http::Headers headers;
  headers.Add("X-RateLimit-Reset", std::string(text));
  CheckBounds(http::WaitAskedFor(headers, now));
  headers.Add("Retry-After", std::string(text));
  if (wait.has_value()) Require(http::WaitAskedFor(headers, now) == wait);
  const auto date = http::ParseHttpDate(text, now);
  if (!date.has_value()) return;
  const base::Time later = now + std::chrono::hours(1);
  // Two digits of a year may mean another century an hour later; four mean what they say.
  if (const auto again = http::ParseHttpDate(text, later); again == date && wait.has_value()) {
    Require(http::ParseRetryAfter(text, later) <= wait);
  }
  // What the machine's clock can hold is written as it was read.
  const bool fits = *date > std::chrono::sys_days(std::chrono::year(1700) / 1 / 1) &&
                    *date < std::chrono::sys_days(std::chrono::year(2200) / 1 / 1);
  if (fits) Require(http::ParseHttpDate(http::FormatHttpDate(*date), now) == date);
}

void CheckValue(std::string json, base::Time now) {
  const auto document = json::Document::Parse(std::move(json));
  if (!document.ok()) return;
  const auto wait = pull::ReadWait(expression::Value((*document)->root()), now);
  if (wait.ok()) CheckBounds(*wait);
}

std::string Quoted(std::string_view text) {
  std::string json = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20) continue;
    json += c;
  }
  return json + '"';
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  // Any second of the years 1970 to 2106, and within it a fraction.
  std::uint32_t seconds = 0;
  for (int i = 0; i < 4; ++i) seconds = seconds << 8 | data[i];
  const base::Time now =
      base::Time(std::chrono::seconds(seconds)) + std::chrono::nanoseconds(seconds % 1'000'000'000);
  const std::string_view text(reinterpret_cast<const char*>(data) + 4, size - 4);
  CheckHeaders(text, now);
  CheckValue(std::string(text), now);
  CheckValue(Quoted(text), now);
  return 0;
}
