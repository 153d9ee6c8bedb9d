#include "expression/expression.h"

#include <algorithm>

#include "base/status.h"
#include "expression/evaluator.h"
#include "expression/parser.h"
#include "expression/program.h"

namespace syncline::expression {
namespace {

// Gathers the names that are looked up in the value the program starts with: a node that works on
// the result of another, on an element or in a reference sees a different value.
void CollectRoots(const Expression::Program& program, NodeId id, std::size_t steps_max,
                  std::vector<std::string>* names) {
  const ProgramNode& node = program.nodes[id];
  switch (node.op) {
    case Op::kPath:
      if (!node.steps.empty() && node.steps.front().is_name) {
        std::string& name = names->emplace_back(node.steps.front().name);
        for (std::size_t i = 1; i < std::min(steps_max, node.steps.size()); ++i) {
          if (!node.steps[i].is_name) break;
          name += "." + node.steps[i].name;
        }
      }
      break;
    case Op::kSequence:
    case Op::kProject:
    case Op::kFilter: CollectRoots(program, node.children.front(), steps_max, names); break;
    case Op::kReference: break;
    default:
      for (const NodeId child : node.children) CollectRoots(program, child, steps_max, names);
  }
}

std::vector<std::string> Roots(const Expression::Program& program, std::size_t steps_max) {
  std::vector<std::string> names;
  CollectRoots(program, program.root, steps_max, &names);
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace

Evaluation::Evaluation(base::Time now, std::size_t steps_max)
    : first_(std::make_unique_for_overwrite<std::byte[]>(kFirstBytes)),
      memory_(first_.get(), kFirstBytes),
      now_(now),
      steps_max_(steps_max),
      steps_left_(steps_max) {}

void Evaluation::Reset() {
  memory_.release();
  steps_left_ = steps_max_;
}

bool Evaluation::SpendEqual(const Value& a, const Value& b, bool* equal) {
  // The comparison leaves 0 when it gave up, so the budget is lent with one step to spare.
  std::size_t steps = steps_left_ + 1;
  *equal = EqualWithin(a, b, &steps);
  steps_left_ = steps == 0 ? 0 : steps - 1;
  return steps != 0;
}

absl::StatusOr<Expression> Expression::Compile(std::string_view text) {
  SYNCLINE_ASSIGN_OR_RETURN(std::shared_ptr<const Program> program, ParseExpression(text));
  return Expression(std::move(program));
}

absl::StatusOr<Value> Expression::Evaluate(const Value& current, Evaluation& evaluation) const {
  Evaluator evaluator(*program_, evaluation);
  if (program_->path != nullptr) return evaluator.Walk(*program_->path, current);
  return evaluator.Run(program_->root, current);
}

const std::string& Expression::text() const { return program_->text; }

std::vector<std::string> Expression::RootNames() const { return Roots(*program_, 1); }

std::vector<std::string> Expression::RootPaths() const { return Roots(*program_, 2); }

void Scope::Set(std::string_view name, Value value) {
  for (Member& member : members_) {
    if (member.first == name) {
      member.second = value;
      return;
    }
  }
  members_.emplace_back(name, value);
}

}  // namespace syncline::expression
