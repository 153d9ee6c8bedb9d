#include "http/patience.h"

#include <fmt/format.h>

#include <charconv>

#include "base/status.h"

namespace syncline::http {
namespace {

constexpr char kAttempt[] = "park_next_attempt";
constexpr char kPaid[] = "park_paid";
constexpr char kDue[] = "park_due";

template <typename Number>
void ReadNumber(const std::string& text, Number* number) {
  std::from_chars(text.data(), text.data() + text.size(), *number);
}

}  // namespace

absl::Status ParkStatus(const Park& park) {
  return base::WithRetryAfter(
      base::Error(park.wait.reason, park.wait.message,
                  {{kAttempt, std::to_string(park.wait.next_attempt)},
                   {kDue, std::to_string(park.due.time_since_epoch().count())},
                   {kPaid, park.paid ? "true" : "false"}}),
      park.wait.delay);
}

std::optional<Park> ParkOf(const absl::Status& status) {
  if (status.ok()) return std::nullopt;
  const base::ErrorMetadata metadata = base::MetadataOf(status);
  const auto attempt = metadata.find(kAttempt);
  const auto paid = metadata.find(kPaid);
  const auto due = metadata.find(kDue);
  const auto delay = base::RetryAfterOf(status);
  const bool is_park = attempt != metadata.end() && paid != metadata.end() &&
                       due != metadata.end() && delay.has_value();
  if (!is_park) return std::nullopt;
  Park park{.wait = {base::ReasonOf(status), base::MessageOf(status), *delay},
            .paid = paid->second == "true"};
  ReadNumber(attempt->second, &park.wait.next_attempt);
  base::SteadyTime::rep ticks = 0;
  ReadNumber(due->second, &ticks);
  park.due = base::SteadyTime(base::SteadyTime::duration(ticks));
  return park;
}

absl::Status Patience::Sit(const Wait& wait, std::stop_token stop) const {
  if (wait.delay > kWaitMax) {
    return base::WithRetryAfter(
        base::Error(wait.reason,
                    fmt::format("{} That is {} s; Syncline waits {} s at most.", wait.message,
                                wait.delay.count() / 1000, kWaitMax.count() / 1000)),
        wait.delay);
  }
  if (wait.delay > sit_max()) {
    return ParkStatus({.wait = wait, .due = clock_.SteadyNow() + wait.delay});
  }
  Show(wait);
  if (clock_.WaitFor(wait.delay, std::move(stop))) return absl::OkStatus();
  return base::Error(base::Reason::kCancelled, "Stopped while waiting for the vendor.");
}

void Patience::Show(const Wait& wait) const {
  if (on_wait_) on_wait_(wait);
}

}  // namespace syncline::http
