#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "expression/expression.h"
#include "json/document.h"

namespace syncline::expression {

struct Function;

// What a node of a parsed expression does with the value it is given (`current`).
enum class Op : std::uint8_t {
  kPath,      // steps in turn; no step: current itself
  kSequence,  // each child works on what the one before yielded
  kLiteral,
  kList,     // [a, b]
  kHash,     // {k: a}
  kSlice,    // [start:stop:step]
  kFlatten,  // one level of nested arrays dissolved
  kValues,   // values of an object
  kProject,  // children: source, each
  kFilter,   // children: source, condition, each
  kOr,
  kAnd,
  kNot,
  kCompare,
  kCall,
  kIf,         // if(condition, a, b): evaluates only the branch it yields
  kDefault,    // default(value, fallback): as kIf
  kReference,  // &expression, only as an argument
};

enum class Comparison : std::uint8_t {
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual
};

// `.name` or `[index]`.
struct Step {
  bool is_name = true;
  std::string name;
  std::int64_t index = 0;
};

struct Slice {
  static constexpr std::int64_t kAbsent = std::numeric_limits<std::int64_t>::min();
  std::int64_t start = kAbsent;
  std::int64_t stop = kAbsent;
  std::int64_t step = 1;
};

using NodeId = std::uint32_t;

struct ProgramNode {
  Op op = Op::kPath;
  Comparison comparison = Comparison::kEqual;
  std::uint32_t depth = 1;  // of this subtree; at most Expression::kDepthMax
  std::vector<NodeId> children{};
  std::vector<Step> steps{};           // kPath
  std::vector<std::string> keys{};     // kHash, one per child
  Slice slice{};                       // kSlice
  Value literal{};                     // kLiteral; refers to Program::literals
  const Function* function = nullptr;  // kCall
};

// A parsed expression: nodes in one array, children before parents. Immutable once parsed.
struct Expression::Program {
  std::string text;
  std::vector<ProgramNode> nodes;
  NodeId root = 0;
  std::vector<std::shared_ptr<const json::Document>> literals;
  // The steps of a plain dotted path, the form that mapping evaluates millions of times; else null.
  const std::vector<Step>* path = nullptr;
};

}  // namespace syncline::expression
