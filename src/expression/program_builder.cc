#include "expression/program_builder.h"

#include <algorithm>

#include "expression/lexer.h"
#include "fmt/format.h"

namespace syncline::expression {

using Id = absl::StatusOr<NodeId>;

absl::Status NestsTooDeep(std::size_t offset) {
  return InvalidAt(offset, fmt::format("nests deeper than {} levels", Expression::kDepthMax));
}

Id ProgramBuilder::Add(ProgramNode node, std::size_t offset) {
  for (const NodeId child : node.children) {
    node.depth = std::max(node.depth, nodes_[child].depth + 1);
  }
  if (node.depth > Expression::kDepthMax) return NestsTooDeep(offset);
  nodes_.push_back(std::move(node));
  return static_cast<NodeId>(nodes_.size() - 1);
}

NodeId ProgramBuilder::AddCurrent() {
  nodes_.push_back({});
  return static_cast<NodeId>(nodes_.size() - 1);
}

NodeId ProgramBuilder::AddStep(Step step) {
  nodes_.push_back({.op = Op::kPath, .steps = {std::move(step)}});
  return static_cast<NodeId>(nodes_.size() - 1);
}

Id ProgramBuilder::Then(NodeId left, NodeId right, std::size_t offset) {
  ProgramNode& a = nodes_[left];
  const ProgramNode& b = nodes_[right];
  if (a.op == Op::kPath && a.steps.empty()) return right;
  if (b.op == Op::kPath && b.steps.empty()) return left;
  if (a.op == Op::kPath && b.op == Op::kPath) {
    a.steps.insert(a.steps.end(), b.steps.begin(), b.steps.end());
    return left;
  }
  if (a.op == Op::kSequence) return Grow(left, right, offset);
  return Add({.op = Op::kSequence, .children = {left, right}}, offset);
}

Id ProgramBuilder::Chain(Op op, NodeId left, NodeId right, std::size_t offset) {
  if (nodes_[left].op == op) return Grow(left, right, offset);
  return Add({.op = op, .children = {left, right}}, offset);
}

Id ProgramBuilder::Grow(NodeId parent, NodeId child, std::size_t offset) {
  ProgramNode& node = nodes_[parent];
  node.children.push_back(child);
  node.depth = std::max(node.depth, nodes_[child].depth + 1);
  if (node.depth > Expression::kDepthMax) return NestsTooDeep(offset);
  return parent;
}

}  // namespace syncline::expression
