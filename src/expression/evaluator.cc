#include "expression/evaluator.h"

#include <algorithm>

#include "base/status.h"
#include "expression/arena_list.h"
#include "expression/function.h"
#include "expression/number.h"

namespace syncline::expression {
namespace {

using Result = absl::StatusOr<Value>;
using json::Kind;

// Looking a name up reads every key (the last of a repeated key counts), so wide objects cost more.
std::size_t CostOf(const Value& current) {
  return current.kind() >= Kind::kArray ? 1 + current.size() / 32 : 1;
}

}  // namespace

absl::Status TooCostly() {
  return base::Error(base::Reason::kExpressionTooCostly,
                     "The expression visits more values than one evaluation may.");
}

absl::Status Evaluator::Spend(std::size_t steps) {
  return evaluation_.Spend(steps) ? absl::OkStatus() : TooCostly();
}

Result Evaluator::Walk(const std::vector<Step>& steps, Value current) {
  for (const Step& step : steps) {
    if (!evaluation_.Spend(CostOf(current))) return TooCostly();
    current = step.is_name ? current.Find(step.name) : current.ElementAt(step.index);
  }
  return current;
}

Result Evaluator::Run(NodeId id, const Value& current) {
  const ProgramNode& node = program_.nodes[id];
  if (node.op == Op::kPath) return Walk(node.steps, current);
  if (!evaluation_.Spend(1)) return TooCostly();
  switch (node.op) {
    case Op::kPath: break;
    case Op::kSequence: return Sequence(node, current);
    case Op::kLiteral: return node.literal;
    case Op::kList: return List(node, current);
    case Op::kHash: return Hash(node, current);
    case Op::kSlice: return SliceOf(node.slice, current);
    case Op::kFlatten: return Flatten(current);
    case Op::kValues: return ValuesOf(current);
    case Op::kProject:
    case Op::kFilter: return Project(node, current);
    case Op::kOr:
    case Op::kAnd: return Either(node, current);
    case Op::kNot: {
      SYNCLINE_ASSIGN_OR_RETURN(const Value operand, Run(node.children[0], current));
      return Value::Bool(!IsTruthy(operand));
    }
    case Op::kCompare: return Compare(node, current);
    case Op::kCall: return CallFunction(node, current);
    case Op::kIf:
    case Op::kDefault: return Branch(node, current);
    case Op::kReference: break;  // evaluated by the function that takes it
  }
  return Value::Null();
}

Result Evaluator::Sequence(const ProgramNode& node, Value current) {
  for (const NodeId child : node.children) {
    SYNCLINE_ASSIGN_OR_RETURN(current, Run(child, current));
  }
  return current;
}

Result Evaluator::List(const ProgramNode& node, const Value& current) {
  if (current.is_null()) return Value::Null();
  ArenaList<Value> list(evaluation_.memory(), node.children.size());
  for (const NodeId child : node.children) {
    SYNCLINE_ASSIGN_OR_RETURN(const Value element, Run(child, current));
    list.Push(element);
  }
  return Value::Array(list.elements());
}

Result Evaluator::Hash(const ProgramNode& node, const Value& current) {
  if (current.is_null()) return Value::Null();
  ArenaList<Member> members(evaluation_.memory(), node.children.size());
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    SYNCLINE_ASSIGN_OR_RETURN(const Value value, Run(node.children[i], current));
    members.Push({node.keys[i], value});
  }
  return Value::Object(members.elements());
}

// jmespath.org: slices; the rules of Python.
Result Evaluator::SliceOf(const Slice& slice, const Value& current) {
  if (current.kind() != Kind::kArray) return Value::Null();
  const std::int64_t count = current.size();
  SYNCLINE_RETURN_IF_ERROR(Spend(current.size()));
  ArenaList<Value> all(evaluation_.memory(), current.size());
  current.ForEachElement([&](Value element) { all.Push(element); });
  const bool forward = slice.step > 0;
  const std::int64_t lowest = forward ? 0 : -1;
  const std::int64_t highest = forward ? count : count - 1;
  const auto bound = [&](std::int64_t at, std::int64_t absent) {
    if (at == Slice::kAbsent) return absent;
    return std::clamp(at < 0 ? at + count : at, lowest, highest);
  };
  const std::int64_t start = bound(slice.start, forward ? lowest : highest);
  const std::int64_t stop = bound(slice.stop, forward ? highest : lowest);
  const std::int64_t step = std::clamp(slice.step, -count - 1, count + 1);  // no overflow below
  ArenaList<Value> taken(evaluation_.memory());
  for (std::int64_t at = start; forward ? at < stop : at > stop; at += step) {
    taken.Push(all.elements()[static_cast<std::size_t>(at)]);
  }
  return Value::Array(taken.elements());
}

Result Evaluator::Flatten(const Value& current) {
  if (current.kind() != Kind::kArray) return Value::Null();
  ArenaList<Value> flat(evaluation_.memory(), current.size());
  bool affordable = true;
  current.ForEachElement([&](Value element) {
    affordable =
        affordable && evaluation_.Spend(1 + (element.kind() == Kind::kArray ? element.size() : 0));
    if (!affordable) return;
    if (element.kind() != Kind::kArray) return flat.Push(element);
    element.ForEachElement([&](Value inner) { flat.Push(inner); });
  });
  if (!affordable) return TooCostly();
  return Value::Array(flat.elements());
}

Result Evaluator::ValuesOf(const Value& current) {
  if (current.kind() != Kind::kObject) return Value::Null();
  SYNCLINE_RETURN_IF_ERROR(Spend(current.size()));
  ArenaList<Value> values(evaluation_.memory(), current.size());
  current.ForEachMember([&](std::string_view, Value value) { values.Push(value); });
  return Value::Array(values.elements());
}

Result Evaluator::Project(const ProgramNode& node, const Value& current) {
  SYNCLINE_ASSIGN_OR_RETURN(const Value source, Run(node.children.front(), current));
  if (source.kind() != Kind::kArray) return Value::Null();
  ArenaList<Value> results(evaluation_.memory());
  absl::Status status;
  source.ForEachElement([&](Value element) {
    if (!status.ok()) return;
    if (!evaluation_.Spend(1)) {
      status = TooCostly();
      return;
    }
    if (node.op == Op::kFilter) {
      const Result condition = Run(node.children[1], element);
      status = condition.status();
      if (!condition.ok() || !IsTruthy(*condition)) return;
    }
    const Result result = Run(node.children.back(), element);
    status = result.status();
    if (result.ok() && !result->is_null()) results.Push(*result);
  });
  if (!status.ok()) return status;
  return Value::Array(results.elements());
}

// The first operand that settles the matter, else the last.
Result Evaluator::Either(const ProgramNode& node, const Value& current) {
  const bool settling = node.op == Op::kOr;
  Value operand;
  for (const NodeId child : node.children) {
    SYNCLINE_ASSIGN_OR_RETURN(operand, Run(child, current));
    if (IsTruthy(operand) == settling) break;
  }
  return operand;
}

Result Evaluator::Compare(const ProgramNode& node, const Value& current) {
  SYNCLINE_ASSIGN_OR_RETURN(const Value left, Run(node.children[0], current));
  SYNCLINE_ASSIGN_OR_RETURN(const Value right, Run(node.children[1], current));
  if (node.comparison == Comparison::kEqual || node.comparison == Comparison::kNotEqual) {
    bool equal = false;
    if (!evaluation_.SpendEqual(left, right, &equal)) return TooCostly();
    return Value::Bool(equal == (node.comparison == Comparison::kEqual));
  }
  // Only numbers have an order; anything else compares to null.
  if (left.kind() != Kind::kNumber || right.kind() != Kind::kNumber) return Value::Null();
  SYNCLINE_RETURN_IF_ERROR(Spend((left.text().size() + right.text().size()) / 64));
  const int order = CompareNumbers(left.text(), right.text());
  switch (node.comparison) {
    case Comparison::kLess: return Value::Bool(order < 0);
    case Comparison::kLessEqual: return Value::Bool(order <= 0);
    case Comparison::kGreater: return Value::Bool(order > 0);
    default: return Value::Bool(order >= 0);
  }
}

Result Evaluator::CallFunction(const ProgramNode& node, const Value& current) {
  ArenaList<Value> arguments(evaluation_.memory(), node.children.size());
  NodeId reference = 0;
  for (const NodeId child : node.children) {
    const ProgramNode& argument = program_.nodes[child];
    if (argument.op == Op::kReference) {
      reference = argument.children[0];
      arguments.Push(Value::Null());
      continue;
    }
    SYNCLINE_ASSIGN_OR_RETURN(const Value value, Run(child, current));
    arguments.Push(value);
  }
  const Call call{*node.function, arguments.elements(), reference, *this};
  SYNCLINE_RETURN_IF_ERROR(CheckArguments(call));
  return node.function->run(call);
}

Result Evaluator::Branch(const ProgramNode& node, const Value& current) {
  SYNCLINE_ASSIGN_OR_RETURN(const Value first, Run(node.children[0], current));
  if (node.op == Op::kIf) return Run(node.children[IsTruthy(first) ? 1 : 2], current);
  const bool empty = first.is_null() || (first.kind() == Kind::kString && first.text().empty());
  return empty ? Run(node.children[1], current) : Result(first);
}

}  // namespace syncline::expression
