#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "base/status.h"
#include "expression/expression.h"
#include "pull/time_format.h"
#include "request/text_templates.h"
#include "syncline/v1/fan_out.pb.h"

namespace syncline::pull {

// Part of a range: [from, to), whole numbers or milliseconds since 1970.
struct RangePart {
  std::int64_t from = 0;
  std::int64_t to = 0;
  friend bool operator==(const RangePart&, const RangePart&) = default;
};

// A range of a fan-out with its ends: which parts it has, and the halves of a part. The parts are
// cells of `step`; a cell's halves, their halves and so on form a tree that depends on nothing but
// the ends, so that any part can be found again by where it begins. Plain value.
class Range {
 public:
  Range(RangePart whole, std::int64_t step, std::int64_t smallest)
      : whole_(whole), step_(step), smallest_(smallest) {}
  // Where the parts end that begin at `from`, for the first one at the beginning of the range;
  // nullopt at its end. Inside a cell, the largest part of its tree that begins there.
  std::optional<RangePart> PartFrom(std::int64_t from) const;
  std::optional<RangePart> First() const { return PartFrom(whole_.from); }
  // nullopt when the halves would be smaller than the smallest step.
  std::optional<std::pair<RangePart, RangePart>> Halve(const RangePart& part) const;

 private:
  const RangePart whole_;
  const std::int64_t step_;
  const std::int64_t smallest_;
};

// PartitionRange, compiled. Immutable, safe for concurrent use.
class RangePlan {
 public:
  // Bound of numbers and of steps: far from where their sums would overflow.
  static constexpr std::int64_t kNumberMax = 1'000'000'000'000'000'000;

  // nullopt after violations below `field`. `state_is_time`: what `state.cursor` is.
  static std::optional<RangePlan> Compile(const v1::PartitionRange& range, const std::string& field,
                                          const request::NamesInScope& names, bool state_is_time,
                                          base::FieldViolations* violations);
  // The range that the templates yield. EXPRESSION_*, TEMPLATE_VALUE_MISSING; INVALID_ARGUMENT for
  // an end that is no number or no time in the format.
  absl::StatusOr<Range> Resolve(const expression::Value& scope, base::Time now) const;

  // The texts of {{parent.from}} and {{parent.to}}.
  std::pair<std::string, std::string> Write(const RangePart& part) const;
  // Whether they are numbers.
  bool is_number() const { return !time_.has_value() || time_->is_number(); }
  // For state and messages: exact, whatever the format drops.
  std::string NameOf(const RangePart& part) const;

 private:
  RangePlan(expression::Template from, expression::Template to)
      : from_(std::move(from)), to_(std::move(to)) {}
  absl::StatusOr<std::int64_t> ReadEnd(const expression::Template& end,
                                       const expression::Value& scope, base::Time now) const;

  expression::Template from_;
  expression::Template to_;
  std::optional<TimeFormat> time_;  // absent: numbers
  std::int64_t step_ = 0;           // 0 = one part
  std::int64_t smallest_ = 1;
  bool inclusive_end_ = false;
};

}  // namespace syncline::pull
