#include "expression/value.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "expression/number.h"

namespace syncline::expression {
namespace {

using json::Kind;

// Compares what needs no descent; for two containers only kinds and sizes.
bool EqualShallow(const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Kind::kNumber: return CompareNumbers(a.text(), b.text()) == 0;
    case Kind::kString: return a.text() == b.text();
    case Kind::kArray:
    case Kind::kObject: return a.size() == b.size();
    default: return true;
  }
}

std::size_t CostOf(const Value& value) {
  switch (value.kind()) {
    case Kind::kNumber:
    case Kind::kString: return 1 + value.text().size() / 64;
    default: return 1;
  }
}

using Pairs = std::vector<std::pair<Value, Value>>;

void PushElements(const Value& a, const Value& b, Pairs* pending) {
  const std::size_t begin = pending->size();
  a.ForEachElement([&](Value element) { pending->emplace_back(element, Value()); });
  std::size_t at = begin;
  b.ForEachElement([&](Value element) { (*pending)[at++].second = element; });
}

// As Value::Find, but tells a member that is null from one that is absent.
bool FindMember(const Value& object, std::string_view key, Value* found) {
  if (object.is_node()) {
    json::Node node;
    if (!object.node().Find(key, &node)) return false;
    *found = Value(node);
    return true;
  }
  bool present = false;
  object.ForEachMember([&](std::string_view name, Value value) {
    if (name != key) return;
    *found = value;
    present = true;
  });
  return present;
}

// False when the keys differ, or the steps are gone. Of a repeated key the last value counts.
bool PushMembers(const Value& a, const Value& b, Pairs* pending, std::size_t* steps) {
  bool same_keys = true;
  const std::size_t scan = 1 + a.size() / 16;
  a.ForEachMember([&](std::string_view key, Value) {
    if (!same_keys) return;
    Value left;
    Value right;
    same_keys = *steps >= scan && FindMember(a, key, &left) && FindMember(b, key, &right);
    *steps = *steps >= scan ? *steps - scan : 0;
    if (same_keys) pending->emplace_back(left, right);
  });
  b.ForEachMember([&](std::string_view key, Value) {
    Value left;
    if (!same_keys) return;
    same_keys = *steps >= scan && FindMember(a, key, &left);
    *steps = *steps >= scan ? *steps - scan : 0;
  });
  return same_keys;
}

void AppendScalar(const Value& value, std::string* out) {
  switch (value.kind()) {
    case Kind::kNull: out->append("null"); break;
    case Kind::kFalse: out->append("false"); break;
    case Kind::kTrue: out->append("true"); break;
    case Kind::kNumber: out->append(value.text()); break;
    default: json::AppendJsonString(value.text(), out); break;
  }
}

}  // namespace

Value Value::Find(std::string_view key) const {
  if (is_node()) {
    json::Node found;
    return node().Find(key, &found) ? Value(found) : Value();
  }
  if (rep_ != Rep::kObject) return {};
  const auto* members = static_cast<const Member*>(data_);
  for (std::uint32_t i = size_; i-- > 0;) {
    if (members[i].first == key) return members[i].second;
  }
  return {};
}

Value Value::ElementAt(std::int64_t index) const {
  if (kind() != Kind::kArray) return {};
  const std::int64_t count = size();
  if (index < 0) index += count;
  if (index < 0 || index >= count) return {};
  if (is_node()) return Value(node().ElementAt(static_cast<std::uint32_t>(index)));
  return static_cast<const Value*>(data_)[index];
}

bool EqualWithin(const Value& a, const Value& b, std::size_t* steps) {
  // Scalars, the usual case, need no list.
  if (a.kind() < Kind::kArray || b.kind() < Kind::kArray) {
    const std::size_t cost = CostOf(a);
    *steps -= std::min(cost, *steps);
    return EqualShallow(a, b);
  }
  Pairs pending{{a, b}};
  while (!pending.empty()) {
    const auto [left, right] = pending.back();
    pending.pop_back();
    const std::size_t cost = CostOf(left);
    if (*steps < cost) {
      *steps = 0;
      return false;
    }
    *steps -= cost;
    if (!EqualShallow(left, right)) return false;
    PushElements(left, right, &pending);
    if (!PushMembers(left, right, &pending, steps)) return false;
  }
  return true;
}

bool Equal(const Value& a, const Value& b) {
  std::size_t unlimited = std::numeric_limits<std::size_t>::max();
  return EqualWithin(a, b, &unlimited);
}

bool IsTruthy(const Value& value) {
  switch (value.kind()) {
    case Kind::kNull:
    case Kind::kFalse: return false;
    case Kind::kString: return !value.text().empty();
    case Kind::kArray:
    case Kind::kObject: return value.size() != 0;
    default: return true;
  }
}

// Computed containers nest no deeper than the expressions that made them, so this recursion is
// bounded by Expression::kDepthMax; documents are written by a loop.
void AppendJson(const Value& value, std::string* out) {
  if (value.is_node()) return json::AppendJson(value.node(), out);
  bool first = true;
  const auto comma = [&] {
    if (!first) out->push_back(',');
    first = false;
  };
  if (value.kind() == Kind::kArray) {
    out->push_back('[');
    value.ForEachElement([&](Value element) {
      comma();
      AppendJson(element, out);
    });
    out->push_back(']');
  } else if (value.kind() == Kind::kObject) {
    out->push_back('{');
    value.ForEachMember([&](std::string_view key, Value member) {
      comma();
      json::AppendJsonString(key, out);
      out->push_back(':');
      AppendJson(member, out);
    });
    out->push_back('}');
  } else {
    AppendScalar(value, out);
  }
}

std::string ToJson(const Value& value) {
  std::string out;
  AppendJson(value, &out);
  return out;
}

void AppendText(const Value& value, std::string* out) {
  switch (value.kind()) {
    case Kind::kNull: break;
    case Kind::kNumber:
    case Kind::kString: out->append(value.text()); break;
    default: AppendJson(value, out); break;
  }
}

}  // namespace syncline::expression
