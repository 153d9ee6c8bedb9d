#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace syncline::cli {

// "30s", "5m", "1h30m", "1.5s", "250ms", "2d": numbers with a unit, largest unit first or not, each
// unit once. nullopt for anything else, also for a bare number and for more than 10,000 days.
std::optional<std::chrono::nanoseconds> ParseDuration(std::string_view text);

// For people: "850 ms", "6.2 s", "3 min 20 s", "2 h 5 min", "4 d 3 h".
std::string DurationText(std::chrono::nanoseconds duration);

}  // namespace syncline::cli
