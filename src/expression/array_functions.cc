#include <algorithm>
#include <bit>

#include "base/status.h"
#include "expression/arena_list.h"
#include "expression/function.h"
#include "expression/number.h"
#include "expression/utf8.h"

namespace syncline::expression {
namespace {

using json::Kind;
using Result = absl::StatusOr<Value>;

// An element and what it is ordered by.
struct Keyed {
  Value key;
  Value element;
};

// Both are numbers or both are strings; UTF-8 sorts by code point as bytes do.
bool Less(const Value& a, const Value& b) {
  if (a.kind() == Kind::kNumber) return CompareNumbers(a.text(), b.text()) < 0;
  return a.text() < b.text();
}

// The elements of `array` keyed by the call's reference, or by themselves. The keys are all numbers
// or all strings.
absl::StatusOr<std::span<Keyed>> KeyedElements(const Call& call, const Value& array, bool by) {
  ArenaList<Keyed> list(call.memory(), array.size());
  absl::Status status;
  array.ForEachElement([&](Value element) {
    if (!status.ok()) return;
    const Result key = by ? call.evaluator.Run(call.reference, element) : Result(element);
    status = key.ok() ? call.Spend(1) : key.status();
    if (!status.ok()) return;
    const Kind kind = key->kind();
    const bool ordered = kind == Kind::kNumber || kind == Kind::kString;
    if (!ordered || (list.size() > 0 && list.elements()[0].key.kind() != kind)) {
      status = call.Fail("the expression must yield only numbers or only strings");
      return;
    }
    list.Push({*key, element});
  });
  if (!status.ok()) return status;
  return list.elements();
}

Result SortElements(const Call& call, bool by) {
  SYNCLINE_ASSIGN_OR_RETURN(const std::span<Keyed> list, KeyedElements(call, call[0], by));
  SYNCLINE_RETURN_IF_ERROR(call.Spend(list.size() * std::bit_width(list.size())));
  std::ranges::stable_sort(list, Less, &Keyed::key);
  ArenaList<Value> sorted(call.memory(), list.size());
  for (const Keyed& keyed : list) sorted.Push(keyed.element);
  return Value::Array(sorted.elements());
}

// The first of the largest (or smallest) elements; null of an empty array.
Result Extreme(const Call& call, bool by, bool largest) {
  SYNCLINE_ASSIGN_OR_RETURN(const std::span<Keyed> list, KeyedElements(call, call[0], by));
  if (list.empty()) return Value::Null();
  const auto found = largest ? std::ranges::max_element(list, Less, &Keyed::key)
                             : std::ranges::min_element(list, Less, &Keyed::key);
  return found->element;
}

}  // namespace

Result Max(const Call& call) { return Extreme(call, false, true); }
Result MaxBy(const Call& call) { return Extreme(call, true, true); }
Result Min(const Call& call) { return Extreme(call, false, false); }
Result MinBy(const Call& call) { return Extreme(call, true, false); }
Result Sort(const Call& call) { return SortElements(call, false); }
Result SortBy(const Call& call) { return SortElements(call, true); }

Result Contains(const Call& call) {
  if (call[0].kind() == Kind::kString) {
    SYNCLINE_RETURN_IF_ERROR(call.SpendBytes(call[0].text().size()));
    return Value::Bool(call[1].kind() == Kind::kString &&
                       call[0].text().find(call[1].text()) != std::string_view::npos);
  }
  bool found = false;
  bool affordable = true;
  call[0].ForEachElement([&](Value element) {
    if (found || !affordable) return;
    affordable = call.evaluation().SpendEqual(element, call[1], &found);
  });
  if (!affordable) return TooCostly();
  return Value::Bool(found);
}

Result Keys(const Call& call) {
  SYNCLINE_RETURN_IF_ERROR(call.Spend(call[0].size()));
  ArenaList<Value> keys(call.memory(), call[0].size());
  call[0].ForEachMember([&](std::string_view key, Value) { keys.Push(Value::String(key)); });
  return Value::Array(keys.elements());
}

Result Values(const Call& call) {
  SYNCLINE_RETURN_IF_ERROR(call.Spend(call[0].size()));
  ArenaList<Value> values(call.memory(), call[0].size());
  call[0].ForEachMember([&](std::string_view, Value value) { values.Push(value); });
  return Value::Array(values.elements());
}

Result Length(const Call& call) {
  std::size_t length = 0;
  if (call[0].kind() == Kind::kString) {
    SYNCLINE_RETURN_IF_ERROR(call.SpendBytes(call[0].text().size()));
    length = CountCodePoints(call[0].text());
  } else {
    length = call[0].size();
  }
  return Value::Number(FormatInteger(static_cast<std::int64_t>(length), call.memory()));
}

// Unlike a projection, map() keeps nulls.
Result Map(const Call& call) {
  ArenaList<Value> results(call.memory(), call[1].size());
  absl::Status status;
  call[1].ForEachElement([&](Value element) {
    if (!status.ok()) return;
    const Result result = call.evaluator.Run(call.reference, element);
    status = result.ok() ? call.Spend(1) : result.status();
    if (status.ok()) results.Push(*result);
  });
  if (!status.ok()) return status;
  return Value::Array(results.elements());
}

// A later member replaces an earlier one of its name, in its place.
Result Merge(const Call& call) {
  ArenaList<Member> merged(call.memory());
  absl::Status status;
  for (const Value& object : call.arguments) {
    object.ForEachMember([&](std::string_view key, Value value) {
      if (status.ok()) status = call.Spend(1 + merged.size() / 32);
      if (!status.ok()) return;
      const auto members = merged.elements();
      const auto same = std::ranges::find(members, key, &Member::first);
      if (same == members.end()) {
        merged.Push({key, value});
      } else {
        same->second = value;
      }
    });
  }
  if (!status.ok()) return status;
  return Value::Object(merged.elements());
}

Result NotNull(const Call& call) {
  for (const Value& argument : call.arguments) {
    if (!argument.is_null()) return argument;
  }
  return Value::Null();
}

Result Reverse(const Call& call) {
  if (call[0].kind() == Kind::kString) {
    const std::string_view text = call[0].text();
    std::string reversed;
    std::size_t end = text.size();
    for (std::size_t at = text.size(); at-- > 0;) {
      if (IsContinuation(text[at])) continue;
      reversed += text.substr(at, end - at);
      end = at;
    }
    return call.KeepString(reversed);
  }
  ArenaList<Value> list(call.memory(), call[0].size());
  call[0].ForEachElement([&](Value element) { list.Push(element); });
  std::ranges::reverse(list.elements());
  return Value::Array(list.elements());
}

Result ToArray(const Call& call) {
  if (call[0].kind() == Kind::kArray) return call[0];
  ArenaList<Value> list(call.memory(), 1);
  list.Push(call[0]);
  return Value::Array(list.elements());
}

Result Type(const Call& call) {
  switch (call[0].kind()) {
    case Kind::kNull: return Value::String("null");
    case Kind::kFalse:
    case Kind::kTrue: return Value::String("boolean");
    case Kind::kNumber: return Value::String("number");
    case Kind::kString: return Value::String("string");
    case Kind::kArray: return Value::String("array");
    default: return Value::String("object");
  }
}

}  // namespace syncline::expression
