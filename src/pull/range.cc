#include "pull/range.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace syncline::pull {
namespace {

constexpr std::int64_t kSecond = 1'000;

std::optional<std::int64_t> ReadNumber(std::string_view text) {
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  const bool whole = error == std::errc() && stop == end && !text.empty();
  if (!whole || number < -RangePlan::kNumberMax || number > RangePlan::kNumberMax) {
    return std::nullopt;
  }
  return number;
}

// "86400s", "1d": milliseconds.
std::optional<std::int64_t> ReadDuration(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::int64_t unit = 0;
  switch (text.back()) {
    case 's': unit = kSecond; break;
    case 'm': unit = 60 * kSecond; break;
    case 'h': unit = 3'600 * kSecond; break;
    case 'd': unit = 86'400 * kSecond; break;
    case 'w': unit = 7 * 86'400 * kSecond; break;
    default: return std::nullopt;
  }
  const auto count = ReadNumber(text.substr(0, text.size() - 1));
  if (!count.has_value() || *count > RangePlan::kNumberMax / unit) return std::nullopt;
  return *count * unit;
}

// A step: 0 after a violation.
std::int64_t ReadStep(const std::string& text, bool is_time, const std::string& field,
                      base::FieldViolations* violations) {
  const auto step = is_time ? ReadDuration(text) : ReadNumber(text);
  if (step.has_value() && *step >= 1) return *step;
  violations->Add(field, fmt::format("\"{}\" is no {}", text,
                                     is_time ? "duration of time, such as \"12h\" or \"1d\""
                                             : "whole number from 1 on, such as \"1000\""));
  return 0;
}

bool IsDuration(const std::string& text) { return ReadDuration(text).has_value(); }

// Whether an end is a time, as far as its template tells.
bool IsTime(const expression::Template& end, const std::string& text, bool state_is_time) {
  if (end.is_constant()) return TimeFormat::Make("")->Parse(text).has_value();
  for (const std::string& path : end.RootPaths()) {
    if (path == "run.start_time" || (state_is_time && path == "state.cursor")) return true;
  }
  return false;
}

}  // namespace

std::optional<RangePart> Range::PartFrom(std::int64_t from) const {
  if (from < whole_.from || from >= whole_.to) return std::nullopt;
  const std::int64_t cell = step_ == 0 ? 0 : (from - whole_.from) / step_;
  RangePart part = whole_;
  if (step_ > 0) {
    part.from = whole_.from + cell * step_;
    part.to = std::min(part.from + step_, whole_.to);
  }
  while (part.from != from) {
    const auto halves = Halve(part);
    // Not where any part begins: the definition changed meanwhile, and the rest of the cell is
    // left.
    if (!halves.has_value()) return RangePart{from, part.to};
    part = from < halves->second.from ? halves->first : halves->second;
  }
  return part;
}

std::optional<std::pair<RangePart, RangePart>> Range::Halve(const RangePart& part) const {
  const std::int64_t half = (part.to - part.from) / 2 / smallest_ * smallest_;
  if (half == 0) return std::nullopt;
  return std::pair(RangePart{part.from, part.from + half}, RangePart{part.from + half, part.to});
}

std::optional<RangePlan> RangePlan::Compile(const v1::PartitionRange& range,
                                            const std::string& field,
                                            const request::NamesInScope& names, bool state_is_time,
                                            base::FieldViolations* violations) {
  const auto end = [&](const std::string& text, const std::string& place) {
    if (text.empty()) violations->Add(place, "is required");
    return request::CompileTemplate(text, place, names, violations);
  };
  auto from = end(range.from(), field + ".from");
  auto to = end(range.to(), field + ".to");
  if (!from.has_value() || !to.has_value()) return std::nullopt;
  RangePlan plan(*std::move(from), *std::move(to));
  plan.inclusive_end_ = range.inclusive_end();
  const bool is_time = !range.format().empty() || IsDuration(range.step()) ||
                       IsDuration(range.smallest_step()) ||
                       IsTime(plan.from_, range.from(), state_is_time) ||
                       IsTime(plan.to_, range.to(), state_is_time);
  if (is_time) {
    auto format = TimeFormat::Make(range.format());
    if (format.ok()) {
      plan.time_ = *std::move(format);
      plan.smallest_ = plan.time_->resolution().count();
    } else {
      violations->Add(field + ".format", base::MessageOf(format.status()));
    }
  }
  if (!range.step().empty()) {
    plan.step_ = ReadStep(range.step(), is_time, field + ".step", violations);
  }
  if (!range.smallest_step().empty()) {
    plan.smallest_ = ReadStep(range.smallest_step(), is_time, field + ".smallestStep", violations);
  }
  return plan;
}

absl::StatusOr<std::int64_t> RangePlan::ReadEnd(const expression::Template& end,
                                                const expression::Value& scope,
                                                base::Time now) const {
  expression::Evaluation evaluation(now);
  SYNCLINE_ASSIGN_OR_RETURN(const std::string text,
                            end.Render(scope, evaluation, expression::Template::Null::kFails));
  std::optional<std::int64_t> read;
  if (time_.has_value()) {
    auto time = time_->Parse(text);
    // run.start_time and a state are written in ISO 8601, whatever the vendor's own format is.
    if (!time.has_value()) time = TimeFormat::Make("")->Parse(text);
    if (time.has_value()) read = time->count();
  } else {
    read = ReadNumber(text);
  }
  if (read.has_value()) return *read;
  return base::Error(base::Reason::kInvalidArgument,
                     fmt::format("The range has the end \"{}\", which is no {}.", text,
                                 time_.has_value() ? "time in its format" : "whole number"));
}

absl::StatusOr<Range> RangePlan::Resolve(const expression::Value& scope, base::Time now) const {
  RangePart whole;
  SYNCLINE_ASSIGN_OR_RETURN(whole.from, ReadEnd(from_, scope, now));
  SYNCLINE_ASSIGN_OR_RETURN(whole.to, ReadEnd(to_, scope, now));
  return Range(whole, step_, smallest_);
}

std::pair<std::string, std::string> RangePlan::Write(const RangePart& part) const {
  if (!time_.has_value()) {
    return {std::to_string(part.from), std::to_string(part.to - (inclusive_end_ ? 1 : 0))};
  }
  const std::chrono::milliseconds to(part.to);
  return {time_->Write(std::chrono::milliseconds(part.from)),
          inclusive_end_ ? time_->WriteLastBefore(to) : time_->Write(to)};
}

std::string RangePlan::NameOf(const RangePart& part) const {
  if (!time_.has_value()) return fmt::format("{}..{}", part.from, part.to);
  const TimeFormat iso = *TimeFormat::Make("");
  return fmt::format("{}..{}", iso.Write(std::chrono::milliseconds(part.from)),
                     iso.Write(std::chrono::milliseconds(part.to)));
}

}  // namespace syncline::pull
