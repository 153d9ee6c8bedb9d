#include "cli/duration_text.h"

#include <charconv>
#include <set>

#include "fmt/format.h"

namespace syncline::cli {
namespace {

constexpr double kSecondsMax = 10'000.0 * 86'400.0;

std::optional<double> SecondsOfUnit(std::string_view unit) {
  if (unit == "ms") return 0.001;
  if (unit == "s") return 1.0;
  if (unit == "m" || unit == "min") return 60.0;
  if (unit == "h") return 3'600.0;
  if (unit == "d") return 86'400.0;
  return std::nullopt;
}

}  // namespace

std::optional<std::chrono::nanoseconds> ParseDuration(std::string_view text) {
  double seconds = 0;
  std::set<std::string_view> seen;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    const std::size_t number_end = text.find_first_not_of("0123456789.");
    if (number_end == std::string_view::npos || number_end == 0) return std::nullopt;
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + number_end, number);
    if (error != std::errc() || end != text.data() + number_end) return std::nullopt;
    text.remove_prefix(number_end);
    const std::string_view unit = text.substr(0, text.find_first_of("0123456789."));
    const std::optional<double> factor = SecondsOfUnit(unit);
    if (!factor.has_value() || !seen.insert(unit).second) return std::nullopt;
    seconds += number * *factor;
    text.remove_prefix(unit.size());
  }
  if (seconds > kSecondsMax) return std::nullopt;
  const std::chrono::duration<double> exact(seconds);
  // Rounded to the microsecond: a double cannot hold more of a long duration.
  return std::chrono::round<std::chrono::microseconds>(exact);
}

std::string DurationText(std::chrono::nanoseconds duration) {
  const double seconds = std::chrono::duration<double>(duration).count();
  const auto whole = static_cast<long long>(seconds);
  if (seconds < 1) return fmt::format("{:.0f} ms", seconds * 1000);
  if (seconds < 10) return fmt::format("{:.1f} s", seconds);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3'600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  if (whole < 86'400) return fmt::format("{} h {} min", whole / 3'600, whole / 60 % 60);
  return fmt::format("{} d {} h", whole / 86'400, whole / 3'600 % 24);
}

}  // namespace syncline::cli
