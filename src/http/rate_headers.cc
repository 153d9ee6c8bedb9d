#include "http/rate_headers.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

#include "http/date.h"
#include "http/retry_after.h"

namespace syncline::http {
namespace {

using std::chrono::milliseconds;

// More policies than these are passed over.
constexpr int kPoliciesMax = 32;
// Numbers from here on are Unix times: nobody waits for 30 years.
constexpr double kUnixSecondsMin = 1e9;
constexpr double kUnixMillisecondsMin = 1e12;
// A vendor's clock that is off by more is wrong, or a proxy's that kept an old answer.
constexpr std::chrono::hours kClockSkewMax{24};

std::string_view Trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::optional<double> Number(std::string_view text) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data(), end, value, std::chars_format::fixed);
  if (error != std::errc() || last != end || !std::isfinite(value) || value < 0) {
    return std::nullopt;
  }
  return value;
}

// Not as a duration: far instants would overflow it.
double UnixTime(base::Time time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

milliseconds Bounded(double seconds) {
  const double most = std::chrono::duration<double>(kRetryAfterReadMax).count();
  return milliseconds(static_cast<std::int64_t>(std::clamp(seconds, 0.0, most) * 1000));
}

std::optional<milliseconds> ReadReset(std::string_view text, base::Time now) {
  if (const auto number = Number(text); number.has_value()) {
    if (*number >= kUnixMillisecondsMin) return Bounded(*number / 1000 - UnixTime(now));
    if (*number >= kUnixSecondsMin) return Bounded(*number - UnixTime(now));
    return Bounded(*number);
  }
  auto time = ParseHttpDate(text, now);
  if (!time.has_value()) time = ParseRfc3339(text);
  if (!time.has_value()) return std::nullopt;
  return Bounded(std::chrono::duration<double>(time->time_since_epoch()).count() - UnixTime(now));
}

std::optional<std::int64_t> ReadRemaining(std::string_view text) {
  const auto number = Number(text);
  if (!number.has_value()) return std::nullopt;
  return static_cast<std::int64_t>(std::min(*number, 1e15));
}

// Keeps what leaves less: nothing for long before nothing for short before something.
void Keep(const VendorBudget& policy, VendorBudget* least) {
  if (!policy.remaining.has_value() && !policy.reset_after.has_value()) return;
  static constexpr std::int64_t kUnknown = std::int64_t{1} << 60;
  const auto rank = [](const VendorBudget& budget) {
    const milliseconds reset = budget.reset_after.value_or(milliseconds(0));
    return std::pair(budget.remaining.value_or(kUnknown), -reset.count());
  };
  const bool nothing = !least->remaining.has_value() && !least->reset_after.has_value();
  if (nothing || rank(policy) < rank(*least)) *least = policy;
}

// The part up to `separator` outside of quotes, which is taken off `rest`.
std::string_view TakePart(std::string_view* rest, char separator) {
  bool quoted = false;
  std::size_t end = 0;
  for (; end < rest->size() && (quoted || (*rest)[end] != separator); ++end) {
    if ((*rest)[end] == '"') quoted = !quoted;
    if (quoted && (*rest)[end] == '\\') ++end;
  }
  end = std::min(end, rest->size());
  const std::string_view part = rest->substr(0, end);
  rest->remove_prefix(std::min(end + 1, rest->size()));
  return Trim(part);
}

void ReadParameter(std::string_view text, base::Time now, VendorBudget* budget) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) return;
  const std::string name = ToLowerCase(Trim(text.substr(0, equals)));
  const std::string_view value = Trim(text.substr(equals + 1));
  if (name == "remaining" || name == "r") budget->remaining = ReadRemaining(value);
  if (name == "reset" || name == "t") budget->reset_after = ReadReset(value, now);
}

// `limit=100, remaining=0, reset=30`, or `"minute";r=0;t=30, "day";r=900;t=4000`.
void ReadField(std::string_view field, base::Time now, VendorBudget* least) {
  VendorBudget plain;
  for (int count = 0; !field.empty() && count < kPoliciesMax; ++count) {
    std::string_view member = TakePart(&field, ',');
    const std::string_view first = TakePart(&member, ';');
    ReadParameter(first, now, &plain);
    VendorBudget policy;
    while (!member.empty()) ReadParameter(TakePart(&member, ';'), now, &policy);
    Keep(policy, least);
  }
  Keep(plain, least);
}

// "x-ratelimit-" and "x-rate-limit-" mean the same.
std::string PlainName(std::string_view name) {
  std::string plain = ToLowerCase(name);
  if (plain.starts_with("x-")) plain.erase(0, 2);
  if (plain.starts_with("rate-limit")) plain.erase(4, 1);
  return plain;
}

}  // namespace

VendorBudget ReadRateHeaders(const Headers& headers, base::Time now) {
  // Unix times and dates are the vendor's: against its own clock, where it says what that shows.
  if (const auto date = headers.Find("Date"); date.has_value()) {
    const auto vendor_now = ParseHttpDate(*date, now);
    const auto ours = std::chrono::floor<std::chrono::seconds>(now);
    const bool sane = vendor_now.has_value() && *vendor_now - ours < kClockSkewMax &&
                      ours - *vendor_now < kClockSkewMax;
    if (sane) now = *vendor_now;
  }
  VendorBudget least;
  VendorBudget separate;
  for (const auto& [name, value] : headers.all()) {
    const std::string plain = PlainName(name);
    const std::string_view text = Trim(value);
    if (plain == "ratelimit") ReadField(text, now, &least);
    if (plain == "ratelimit-remaining") separate.remaining = ReadRemaining(text);
    if (plain == "ratelimit-reset" || plain == "ratelimit-reset-after") {
      separate.reset_after = ReadReset(text, now);
    }
  }
  Keep(separate, &least);
  return least;
}

std::optional<milliseconds> WaitAskedFor(const Headers& headers, base::Time now) {
  if (const auto text = headers.Find("Retry-After"); text.has_value()) {
    if (const auto wait = ParseRetryAfter(*text, now); wait.has_value()) return wait;
  }
  return ReadRateHeaders(headers, now).reset_after;
}

std::optional<milliseconds> PauseAfter(const Response& response, base::Time now) {
  constexpr std::array kBusy = {429, 503};
  const bool is_busy = std::ranges::find(kBusy, response.status) != kBusy.end();
  const bool is_error = response.status >= 400;
  if (const auto text = response.headers.Find("Retry-After"); is_error && text.has_value()) {
    if (const auto pause = ParseRetryAfter(*text, now); pause.has_value()) return pause;
  }
  const VendorBudget budget = ReadRateHeaders(response.headers, now);
  const bool used_up = budget.remaining.has_value() ? *budget.remaining == 0 : is_busy;
  if (!used_up || !budget.reset_after.has_value()) return std::nullopt;
  return budget.reset_after;
}

}  // namespace syncline::http
