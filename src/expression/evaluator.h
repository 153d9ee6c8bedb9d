#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "expression/program.h"

namespace syncline::expression {

// Walks one program over one value. The recursion follows the expression, never the data, so it is
// bounded by Expression::kDepthMax. Lives on the stack of Expression::Evaluate.
class Evaluator {
 public:
  Evaluator(const Expression::Program& program, Evaluation& evaluation)
      : program_(program), evaluation_(evaluation) {}

  absl::StatusOr<Value> Run(NodeId id, const Value& current);
  absl::StatusOr<Value> Walk(const std::vector<Step>& steps, Value current);
  absl::Status Spend(std::size_t steps);
  Evaluation& evaluation() { return evaluation_; }

 private:
  absl::StatusOr<Value> Sequence(const ProgramNode& node, Value current);
  absl::StatusOr<Value> List(const ProgramNode& node, const Value& current);
  absl::StatusOr<Value> Hash(const ProgramNode& node, const Value& current);
  absl::StatusOr<Value> SliceOf(const Slice& slice, const Value& current);
  absl::StatusOr<Value> Flatten(const Value& current);
  absl::StatusOr<Value> ValuesOf(const Value& current);
  absl::StatusOr<Value> Project(const ProgramNode& node, const Value& current);
  absl::StatusOr<Value> Either(const ProgramNode& node, const Value& current);
  absl::StatusOr<Value> Compare(const ProgramNode& node, const Value& current);
  absl::StatusOr<Value> CallFunction(const ProgramNode& node, const Value& current);
  absl::StatusOr<Value> Branch(const ProgramNode& node, const Value& current);

  const Expression::Program& program_;
  Evaluation& evaluation_;
};

// Kept out of line so that the steps of a path stay small.
absl::Status TooCostly();

}  // namespace syncline::expression
