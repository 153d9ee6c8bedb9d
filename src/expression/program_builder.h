#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "expression/program.h"

namespace syncline::expression {

// Adds nodes to a program and keeps them flat: a dotted path is one node whatever its length, and
// so is `a || b || c`. Bounds the depth (Expression::kDepthMax, EXPRESSION_INVALID); `offset` is
// the place that such an error names. Used by the parser alone.
class ProgramBuilder {
 public:
  explicit ProgramBuilder(Expression::Program* program) : nodes_(program->nodes) {}

  absl::StatusOr<NodeId> Add(ProgramNode node, std::size_t offset);
  NodeId AddCurrent();
  NodeId AddStep(Step step);
  // `right` on what `left` yields; `.` and `|` alike.
  absl::StatusOr<NodeId> Then(NodeId left, NodeId right, std::size_t offset);
  // `left || right`, `left && right`.
  absl::StatusOr<NodeId> Chain(Op op, NodeId left, NodeId right, std::size_t offset);

 private:
  absl::StatusOr<NodeId> Grow(NodeId parent, NodeId child, std::size_t offset);

  std::vector<ProgramNode>& nodes_;
};

absl::Status NestsTooDeep(std::size_t offset);

}  // namespace syncline::expression
