#include "mapping/time_rules.h"

#include <cstdlib>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "base/status.h"
#include "mapping/decimal.h"

namespace syncline::mapping {

struct TimeRules::Rules {
  std::string format;
  absl::TimeZone zone = absl::UTCTimeZone();
};

namespace {

constexpr std::int64_t kMicrosecondsPerSecond = 1'000'000;
// Years 0001 to 9999, what RFC 3339 can write.
constexpr std::int64_t kSecondsMin = -62'135'596'800;
constexpr std::int64_t kSecondsMax = 253'402'300'799;

// A text in one of the usual forms, taken apart.
struct Parts {
  absl::CivilSecond civil;
  std::int64_t microseconds = 0;
  bool has_time = false;
  std::optional<std::int64_t> offset_seconds;  // empty: no zone in the text
};

// Reads a text from left to right.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}
  bool done() const { return rest_.empty(); }
  bool Take(std::string_view any_of) {
    if (rest_.empty() || any_of.find(rest_.front()) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }
  char Peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  bool Digits(std::size_t count, int* value) {
    if (rest_.size() < count) return false;
    *value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') return false;
      *value = *value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(count);
    return true;
  }
  // Digits behind the point, in microseconds; more than six are dropped.
  bool Fraction(std::int64_t* microseconds) {
    std::int64_t unit = kMicrosecondsPerSecond / 10;
    int digit = 0;
    if (!Digits(1, &digit)) return false;
    do {
      *microseconds += digit * unit;
      unit /= 10;
    } while (Digits(1, &digit));
    return true;
  }

 private:
  std::string_view rest_;
};

bool ReadDate(Reader& reader, Parts* parts) {
  int year = 0, month = 0, day = 0;
  if (!reader.Digits(4, &year) || !reader.Take("-") || !reader.Digits(2, &month) ||
      !reader.Take("-") || !reader.Digits(2, &day)) {
    return false;
  }
  parts->civil = absl::CivilSecond(year, month, day);
  // absl carries the 30th of February over into March; that is no date.
  return year >= 1 && parts->civil.month() == month && parts->civil.day() == day;
}

bool ReadOffset(Reader& reader, Parts* parts) {
  if (reader.Take("Zz")) {
    parts->offset_seconds = 0;
    return true;
  }
  const bool negative = reader.Peek() == '-';
  int hours = 0, minutes = 0;
  if (!reader.Take("+-") || !reader.Digits(2, &hours)) return false;
  if (!reader.done()) {
    reader.Take(":");
    if (!reader.Digits(2, &minutes)) return false;
  }
  if (hours > 23 || minutes > 59) return false;
  const std::int64_t offset = (hours * 60 + minutes) * 60;
  parts->offset_seconds = negative ? -offset : offset;
  return true;
}

bool ReadTime(Reader& reader, Parts* parts) {
  int hour = 0, minute = 0, second = 0;
  if (!reader.Digits(2, &hour) || !reader.Take(":") || !reader.Digits(2, &minute)) return false;
  if (reader.Take(":")) {
    if (!reader.Digits(2, &second)) return false;
    if (reader.Take(".,") && !reader.Fraction(&parts->microseconds)) return false;
  }
  // RFC 3339 allows a leap second; it counts as the second after it.
  if (hour > 23 || minute > 59 || second > 60) return false;
  parts->civil += hour * 3600 + minute * 60 + second;
  parts->has_time = true;
  if (reader.done()) return true;
  reader.Take(" ");
  return ReadOffset(reader, parts) && reader.done();
}

bool ReadParts(std::string_view text, Parts* parts) {
  Reader reader(text);
  if (!ReadDate(reader, parts)) return false;
  if (reader.done()) return true;
  return reader.Take("Tt ") && ReadTime(reader, parts);
}

std::optional<std::int64_t> Instant(std::int64_t seconds, std::int64_t microseconds) {
  if (seconds < kSecondsMin || seconds > kSecondsMax) return std::nullopt;
  return seconds * kMicrosecondsPerSecond + microseconds;
}

std::int64_t DayOf(absl::CivilDay day) { return day - absl::CivilDay(1970, 1, 1); }

bool ParseWith(const std::string& format, const absl::TimeZone& zone, std::string_view text,
               absl::Time* time) {
  std::string error;
  return absl::ParseTime(format, std::string(text), zone, time, &error) &&
         *time >= absl::FromUnixSeconds(kSecondsMin) &&
         *time < absl::FromUnixSeconds(kSecondsMax + 1);
}

// strptime reads at most four digits for %Y, absl as many as there are: "%Y%m%d" needs the former.
std::string WithFourDigitYears(const std::string& format) {
  std::string result;
  for (std::size_t i = 0; i < format.size(); ++i) {
    result.push_back(format[i]);
    if (format[i] != '%' || i + 1 == format.size()) continue;
    result += format[++i] == 'Y' ? "E4Y" : format.substr(i, 1);
  }
  return result;
}

// A format is good when the day of an instant written with it can be read back.
bool IsFormat(const std::string& format) {
  if (format.size() > TimeRules::kFormatBytesMax || format.find('\0') != std::string::npos) {
    return false;
  }
  const absl::TimeZone utc = absl::UTCTimeZone();
  const absl::CivilSecond civil(2017, 11, 23, 14, 5, 59);
  absl::Time back;
  return ParseWith(format, utc, absl::FormatTime(format, absl::FromCivil(civil, utc), utc),
                   &back) &&
         absl::ToCivilDay(back, utc) == absl::CivilDay(civil);
}

bool IsZoneName(const std::string& name) {
  // The name becomes part of a path below the time zone database.
  return name.size() <= 64 && name.front() != '/' && name.find("..") == std::string::npos &&
         name.find('\0') == std::string::npos;
}

}  // namespace

absl::StatusOr<TimeRules> TimeRules::Make(const std::string& time_format,
                                          const std::string& time_zone) {
  base::FieldViolations violations;
  auto rules = std::make_shared<Rules>();
  rules->format = WithFourDigitYears(time_format);
  if (!time_format.empty() && !IsFormat(rules->format)) {
    violations.Add("timeFormat",
                   "is no strptime format that yields a day, e.g. \"%d/%m/%Y %H:%M:%S\"");
  }
  if (!time_zone.empty() &&
      (!IsZoneName(time_zone) || !absl::LoadTimeZone(time_zone, &rules->zone))) {
    violations.Add("timeZone", "is no IANA time zone, e.g. \"Europe/Vienna\"");
  }
  SYNCLINE_RETURN_IF_ERROR(violations.ToStatus());
  return TimeRules(std::move(rules));
}

bool TimeRules::has_format() const { return !rules_->format.empty(); }

std::optional<std::int64_t> TimeRules::ParseInstant(std::string_view text) const {
  if (has_format()) {
    absl::Time time;
    if (!ParseWith(rules_->format, rules_->zone, text, &time)) return std::nullopt;
    return absl::ToUnixMicros(time);
  }
  Parts parts;
  if (!ReadParts(text, &parts)) return std::nullopt;
  if (parts.offset_seconds.has_value()) {
    return Instant(parts.civil - absl::CivilSecond(1970, 1, 1) - *parts.offset_seconds,
                   parts.microseconds);
  }
  return Instant(absl::ToUnixSeconds(absl::FromCivil(parts.civil, rules_->zone)),
                 parts.microseconds);
}

std::optional<std::int64_t> TimeRules::ParseDay(std::string_view text) const {
  if (has_format()) {
    absl::Time time;
    if (!ParseWith(rules_->format, rules_->zone, text, &time)) return std::nullopt;
    return DayOf(absl::ToCivilDay(time, rules_->zone));
  }
  Parts parts;
  if (!ReadParts(text, &parts)) return std::nullopt;
  return DayOf(absl::CivilDay(parts.civil));
}

std::optional<std::int64_t> TimeRules::InstantOfNumber(std::string_view number) const {
  Decimal decimal;
  if (!ParseDecimal(number, &decimal)) return std::nullopt;
  // Shifted by six places and cut to a whole, this is microseconds if the number counts seconds.
  std::string scaled;
  decimal.exponent += 6;
  if (AppendCanonical(decimal, &scaled) != DecimalProblem::kNone) return std::nullopt;
  const std::size_t point = scaled.find('.');
  const bool cut =
      point != std::string::npos && scaled.find_first_not_of('0', point + 1) != std::string::npos;
  Decimal whole;
  std::int64_t microseconds = 0;
  if (!ParseDecimal(std::string_view(scaled).substr(0, point), &whole) ||
      ToInteger(whole, &microseconds) != DecimalProblem::kNone) {
    return std::nullopt;
  }
  if (cut && decimal.negative) --microseconds;  // towards the past, as for any other instant
  constexpr std::int64_t kSecondsBelow = 100'000'000'000;
  constexpr std::int64_t kMillisecondsBelow = 100'000'000'000'000;
  const std::int64_t units = std::abs(microseconds / kMicrosecondsPerSecond);
  if (units >= kMillisecondsBelow) return std::nullopt;
  if (units >= kSecondsBelow) microseconds /= 1'000;
  const std::int64_t seconds =
      (microseconds - (microseconds < 0 ? kMicrosecondsPerSecond - 1 : 0)) / kMicrosecondsPerSecond;
  return Instant(seconds, microseconds - seconds * kMicrosecondsPerSecond);
}

std::optional<std::int64_t> TimeRules::DayOfNumber(std::string_view number) const {
  const std::optional<std::int64_t> instant = InstantOfNumber(number);
  if (!instant.has_value()) return std::nullopt;
  return DayOf(absl::ToCivilDay(absl::FromUnixMicros(*instant), rules_->zone));
}

}  // namespace syncline::mapping
