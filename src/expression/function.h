#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "absl/status/statusor.h"
#include "expression/evaluator.h"
#include "expression/program.h"

namespace syncline::expression {

// Sets of the types a parameter takes.
using Types = std::uint16_t;
inline constexpr Types kNullType = 1;
inline constexpr Types kBooleanType = 2;
inline constexpr Types kNumberType = 4;
inline constexpr Types kStringType = 8;
inline constexpr Types kArrayType = 16;
inline constexpr Types kObjectType = 32;
inline constexpr Types kAnyType = 63;
inline constexpr Types kNumbersType = 64;     // an array of numbers; the empty array is one
inline constexpr Types kStringsType = 128;    // an array of strings
inline constexpr Types kReferenceType = 256;  // &expression
inline constexpr Types kZoneType = 512;  // a time zone's name, written out: checked when compiled

// One call, its arguments already checked against the function's parameters.
struct Call {
  const Function& function;
  std::span<const Value> arguments;  // null where a reference stands
  NodeId reference;                  // the body of the reference, if the function takes one
  Evaluator& evaluator;

  const Value& operator[](std::size_t index) const { return arguments[index]; }
  std::size_t size() const { return arguments.size(); }
  Evaluation& evaluation() const { return evaluator.evaluation(); }
  std::pmr::memory_resource* memory() const { return evaluation().memory(); }
  // OK, or EXPRESSION_TOO_COSTLY.
  absl::Status Spend(std::size_t steps) const { return evaluator.Spend(steps); }
  // The steps of producing so many bytes of text.
  absl::Status SpendBytes(std::size_t bytes) const { return Spend(1 + bytes / 16); }
  // Copies `text` into the evaluation's memory and pays for it.
  absl::StatusOr<Value> KeepString(std::string_view text) const;
  // EXPRESSION_FAILED with the name of the function before the message.
  absl::Status Fail(std::string_view message) const;
};

// A built-in function: its name, what it takes, what it does.
struct Function {
  static constexpr std::uint16_t kVariadic = 0xFFFF;  // no limit of its own: the text has one
  std::string_view name;
  std::uint16_t arity_min;
  std::uint16_t arity_max;
  std::array<Types, 3> parameters;  // the last one repeats
  absl::StatusOr<Value> (*run)(const Call&);
  Op op = Op::kCall;

  Types ParameterAt(std::size_t index) const {
    return parameters[index < parameters.size() ? index : parameters.size() - 1];
  }
};

// Null when there is no such function.
const Function* FindFunction(std::string_view name);

// EXPRESSION_FAILED naming the argument of the wrong type.
absl::Status CheckArguments(const Call& call);

// Whether the time zone database has this name.
bool IsZone(std::string_view name);

// jmespath.org/specification.html#built-in-functions, and our own (docs/expressions.md).
absl::StatusOr<Value> Abs(const Call& call);
absl::StatusOr<Value> Avg(const Call& call);
absl::StatusOr<Value> Ceil(const Call& call);
absl::StatusOr<Value> Floor(const Call& call);
absl::StatusOr<Value> Sum(const Call& call);
absl::StatusOr<Value> ToNumber(const Call& call);

absl::StatusOr<Value> Contains(const Call& call);
absl::StatusOr<Value> Keys(const Call& call);
absl::StatusOr<Value> Length(const Call& call);
absl::StatusOr<Value> Map(const Call& call);
absl::StatusOr<Value> Max(const Call& call);
absl::StatusOr<Value> MaxBy(const Call& call);
absl::StatusOr<Value> Merge(const Call& call);
absl::StatusOr<Value> Min(const Call& call);
absl::StatusOr<Value> MinBy(const Call& call);
absl::StatusOr<Value> NotNull(const Call& call);
absl::StatusOr<Value> Reverse(const Call& call);
absl::StatusOr<Value> Sort(const Call& call);
absl::StatusOr<Value> SortBy(const Call& call);
absl::StatusOr<Value> ToArray(const Call& call);
absl::StatusOr<Value> Type(const Call& call);
absl::StatusOr<Value> Values(const Call& call);

absl::StatusOr<Value> Base64Decode(const Call& call);
absl::StatusOr<Value> Base64Encode(const Call& call);
absl::StatusOr<Value> EndsWith(const Call& call);
absl::StatusOr<Value> Join(const Call& call);
absl::StatusOr<Value> Lower(const Call& call);
absl::StatusOr<Value> Replace(const Call& call);
absl::StatusOr<Value> Split(const Call& call);
absl::StatusOr<Value> StartsWith(const Call& call);
absl::StatusOr<Value> Substring(const Call& call);
absl::StatusOr<Value> ToString(const Call& call);
absl::StatusOr<Value> Trim(const Call& call);
absl::StatusOr<Value> Upper(const Call& call);

absl::StatusOr<Value> FormatTime(const Call& call);
absl::StatusOr<Value> Now(const Call& call);
absl::StatusOr<Value> ParseTime(const Call& call);

}  // namespace syncline::expression
