#include "http/date.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

namespace syncline::http {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::optional<int> Number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

std::vector<std::string_view> Words(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> words;
  while (true) {
    const std::size_t begin = text.find_first_not_of(separators);
    if (begin == std::string_view::npos) return words;
    const std::size_t end = std::min(text.find_first_of(separators, begin), text.size());
    words.push_back(text.substr(begin, end - begin));
    text.remove_prefix(end);
  }
}

// RFC 850 writes two digits: a year more than 50 years ahead means the last century (RFC 9110).
int FullYear(int year, std::string_view text, base::Time now) {
  if (text.size() > 2) return year;
  const std::chrono::year_month_day today(std::chrono::floor<std::chrono::days>(now));
  const int this_year = static_cast<int>(today.year());
  const int full = this_year - this_year % 100 + year;
  return full > this_year + 50 ? full - 100 : full;
}

std::optional<std::chrono::sys_seconds> MakeTime(std::string_view day_text,
                                                 std::string_view month_text,
                                                 std::string_view year_text,
                                                 std::string_view time_text, base::Time now) {
  const auto month = std::find(kMonths.begin(), kMonths.end(), month_text);
  const std::optional<int> day = Number(day_text);
  const std::optional<int> year = Number(year_text);
  const std::vector<std::string_view> clock = Words(time_text, ":");
  if (month == kMonths.end() || !day || !year || clock.size() != 3) return std::nullopt;
  const std::optional<int> hour = Number(clock[0]);
  const std::optional<int> minute = Number(clock[1]);
  const std::optional<int> second = Number(clock[2]);
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60)
    return std::nullopt;
  const std::chrono::year_month_day date(
      std::chrono::year(FullYear(*year, year_text, now)),
      std::chrono::month(static_cast<unsigned>(month - kMonths.begin() + 1)),
      std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok() || *year > 9999) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second);
}

// The offset behind a time: "Z" or "+01:00".
std::optional<std::chrono::minutes> ParseOffset(std::string_view text) {
  if (text == "Z" || text == "z") return std::chrono::minutes(0);
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  const std::optional<int> hours = Number(text.substr(1, 2));
  const std::optional<int> minutes = Number(text.substr(4));
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const std::chrono::minutes offset(*hours * 60 + *minutes);
  return text[0] == '-' ? -offset : offset;
}

}  // namespace

std::optional<std::chrono::sys_seconds> ParseHttpDate(std::string_view text, base::Time now) {
  const std::vector<std::string_view> words = Words(text, " ,-");
  // Sun, 06 Nov 1994 08:49:37 GMT  and  Sunday, 06-Nov-94 08:49:37 GMT
  if (words.size() == 6 && words[5] == "GMT") {
    return MakeTime(words[1], words[2], words[3], words[4], now);
  }
  // Sun Nov  6 08:49:37 1994
  if (words.size() == 5) return MakeTime(words[2], words[1], words[4], words[3], now);
  return std::nullopt;
}

std::optional<std::chrono::sys_seconds> ParseRfc3339(std::string_view text) {
  // 1994-11-06T08:49:37
  constexpr std::size_t kTimeBytes = 19;
  if (text.size() <= kTimeBytes || text[4] != '-' || text[7] != '-' || text[13] != ':' ||
      text[16] != ':' || std::string_view("Tt ").find(text[10]) == std::string_view::npos) {
    return std::nullopt;
  }
  const std::optional<int> month = Number(text.substr(5, 2));
  if (!month || *month < 1 || *month > 12) return std::nullopt;
  const auto local = MakeTime(text.substr(8, 2), kMonths[static_cast<std::size_t>(*month - 1)],
                              text.substr(0, 4), text.substr(11, 8), base::Time());
  text.remove_prefix(kTimeBytes);
  if (text.front() == '.') {
    text.remove_prefix(std::min(text.find_first_not_of("0123456789", 1), text.size()));
  }
  const auto offset = ParseOffset(text);
  if (!local.has_value() || !offset.has_value()) return std::nullopt;
  return *local - *offset;
}

std::string FormatHttpDate(base::Time time) {
  constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed",
                                                     "Thu", "Fri", "Sat"};
  const std::tm fields = fmt::gmtime(std::chrono::system_clock::to_time_t(time));
  return fmt::format("{}, {:02} {} {:%Y %H:%M:%S} GMT", kDays[fields.tm_wday], fields.tm_mday,
                     kMonths[fields.tm_mon], fields);
}

}  // namespace syncline::http
