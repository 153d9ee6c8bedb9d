#include "expression/parser.h"

#include <algorithm>

#include "base/status.h"
#include "expression/function.h"
#include "expression/lexer.h"
#include "expression/number.h"
#include "expression/precedence.h"
#include "expression/program_builder.h"
#include "fmt/format.h"

namespace syncline::expression {
namespace {

using Id = absl::StatusOr<NodeId>;

std::string DescribeArity(const Function& function) {
  if (function.arity_min == function.arity_max) return fmt::to_string(function.arity_min);
  if (function.arity_max == Function::kVariadic) {
    return fmt::format("at least {}", function.arity_min);
  }
  return fmt::format("{} to {}", function.arity_min, function.arity_max);
}

class Parser {
 public:
  Parser(std::vector<Token> tokens, Expression::Program* program)
      : tokens_(std::move(tokens)), program_(*program), builder_(program) {}

  absl::Status Run() {
    SYNCLINE_ASSIGN_OR_RETURN(program_.root, ParseUpTo(kPowerNone));
    if (Peek() != TokenKind::kEnd) return Unexpected("the end of the expression");
    const ProgramNode& root = program_.nodes[program_.root];
    if (root.op == Op::kPath) program_.path = &root.steps;
    return absl::OkStatus();
  }

 private:
  // ---- tokens
  TokenKind Peek(std::size_t ahead = 0) const {
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)].kind;
  }
  const Token& Take() { return tokens_[at_++]; }
  bool TakeIf(TokenKind kind) {
    if (Peek() != kind) return false;
    ++at_;
    return true;
  }
  absl::Status Expect(TokenKind kind, std::string_view name) {
    return TakeIf(kind) ? absl::OkStatus() : Unexpected(name);
  }
  absl::Status Unexpected(std::string_view expected) const {
    const Token& token = tokens_[at_];
    const std::string found =
        token.kind == TokenKind::kEnd ? "the end" : fmt::format("'{}'", token.text);
    return InvalidAt(token.offset, fmt::format("found {}, expected {}", found, expected));
  }

  absl::Status TooDeep() const { return NestsTooDeep(tokens_[at_].offset); }
  // Node makers of the builder, with the place of a mistake.
  Id Add(ProgramNode node) { return builder_.Add(std::move(node), tokens_[at_].offset); }
  Id Add(Op op, std::vector<NodeId> children) {
    return Add(ProgramNode{.op = op, .children = std::move(children)});
  }
  Id Then(NodeId left, NodeId right) { return builder_.Then(left, right, tokens_[at_].offset); }
  Id Chain(Op op, NodeId left, NodeId right) {
    return builder_.Chain(op, left, right, tokens_[at_].offset);
  }
  NodeId AddCurrent() { return builder_.AddCurrent(); }
  NodeId AddStep(Step step) { return builder_.AddStep(std::move(step)); }

  // ---- grammar
  Id ParseUpTo(int power);
  Id Prefix();
  Id Infix(NodeId left);
  Id NameOrCall();
  Id Call(const Token& name);
  absl::Status CheckArgument(const Function& function, std::size_t index, const Token& at,
                             NodeId id);
  Id Literal(const Token& token, std::string json);
  Id Bracket(NodeId left, bool may_list);
  Id IndexOrSlice(NodeId left);
  absl::Status IndexNumber(std::int64_t* value);
  Id List();
  Id Hash();
  Id Filter(NodeId left);
  Id AfterDot(int power);
  Id AfterProjection(int power);
  Id Project(NodeId source, int power);
  Id ProjectThrough(NodeId left, Op op, int power);

  std::vector<Token> tokens_;
  Expression::Program& program_;
  ProgramBuilder builder_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
};

Id Parser::ParseUpTo(int power) {
  if (++depth_ > Expression::kDepthMax) return TooDeep();
  SYNCLINE_ASSIGN_OR_RETURN(NodeId left, Prefix());
  while (power < PowerOf(Peek())) {
    SYNCLINE_ASSIGN_OR_RETURN(left, Infix(left));
  }
  --depth_;
  return left;
}

Id Parser::Prefix() {
  const Token& token = tokens_[at_];
  switch (token.kind) {
    case TokenKind::kName:
    case TokenKind::kQuotedName: return NameOrCall();
    case TokenKind::kLiteral: ++at_; return Literal(token, token.text);
    case TokenKind::kRawString: {
      ++at_;
      std::string json;
      json::AppendJsonString(token.text, &json);
      return Literal(token, std::move(json));
    }
    case TokenKind::kCurrent: ++at_; return AddCurrent();
    case TokenKind::kStar: ++at_; return ProjectThrough(AddCurrent(), Op::kValues, kPowerStar);
    case TokenKind::kFlatten:
      ++at_;
      return ProjectThrough(AddCurrent(), Op::kFlatten, kPowerFlatten);
    case TokenKind::kFilter: ++at_; return Filter(AddCurrent());
    case TokenKind::kLeftBracket: ++at_; return Bracket(AddCurrent(), true);
    case TokenKind::kLeftBrace: ++at_; return Hash();
    case TokenKind::kNot: {
      ++at_;
      SYNCLINE_ASSIGN_OR_RETURN(const NodeId operand, ParseUpTo(kPowerNot));
      return Add(Op::kNot, {operand});
    }
    case TokenKind::kLeftParen: {
      ++at_;
      SYNCLINE_ASSIGN_OR_RETURN(const NodeId inner, ParseUpTo(kPowerNone));
      SYNCLINE_RETURN_IF_ERROR(Expect(TokenKind::kRightParen, "')'"));
      return inner;
    }
    default: return Unexpected("a name, a literal, a function or a bracket");
  }
}

Id Parser::Infix(NodeId left) {
  const Token& token = Take();
  switch (token.kind) {
    case TokenKind::kDot: {
      if (TakeIf(TokenKind::kStar)) return ProjectThrough(left, Op::kValues, kPowerDot);
      SYNCLINE_ASSIGN_OR_RETURN(const NodeId right, AfterDot(kPowerDot));
      return Then(left, right);
    }
    case TokenKind::kPipe: {
      SYNCLINE_ASSIGN_OR_RETURN(const NodeId right, ParseUpTo(kPowerPipe));
      return Then(left, right);
    }
    case TokenKind::kOr: {
      SYNCLINE_ASSIGN_OR_RETURN(const NodeId right, ParseUpTo(kPowerOr));
      return Chain(Op::kOr, left, right);
    }
    case TokenKind::kAnd: {
      SYNCLINE_ASSIGN_OR_RETURN(const NodeId right, ParseUpTo(kPowerAnd));
      return Chain(Op::kAnd, left, right);
    }
    case TokenKind::kEqual:
    case TokenKind::kNotEqual:
    case TokenKind::kLess:
    case TokenKind::kLessEqual:
    case TokenKind::kGreater:
    case TokenKind::kGreaterEqual: {
      SYNCLINE_ASSIGN_OR_RETURN(const NodeId right, ParseUpTo(kPowerCompare));
      return Add(ProgramNode{
          .op = Op::kCompare, .comparison = ComparisonOf(token.kind), .children = {left, right}});
    }
    case TokenKind::kFilter: return Filter(left);
    case TokenKind::kFlatten: return ProjectThrough(left, Op::kFlatten, kPowerFlatten);
    case TokenKind::kLeftBracket: return Bracket(left, false);
    default: --at_; return Unexpected("an operator");
  }
}

Id Parser::NameOrCall() {
  const Token& name = Take();
  if (Peek() != TokenKind::kLeftParen) return AddStep({.name = name.text});
  if (name.kind == TokenKind::kQuotedName)
    return InvalidAt(name.offset, "the name of a function is not quoted");
  return Call(name);
}

Id Parser::Call(const Token& name) {
  const Function* function = FindFunction(name.text);
  if (function == nullptr) {
    return InvalidAt(name.offset, fmt::format("there is no function '{}'", name.text));
  }
  ++at_;  // the parenthesis
  ProgramNode node{.op = function->op, .function = function};
  if (!TakeIf(TokenKind::kRightParen)) {
    do {
      const Token& first = tokens_[at_];
      const bool is_reference = TakeIf(TokenKind::kReference);
      SYNCLINE_ASSIGN_OR_RETURN(NodeId argument, ParseUpTo(kPowerNone));
      if (is_reference) {
        SYNCLINE_ASSIGN_OR_RETURN(argument, Add(Op::kReference, {argument}));
      }
      SYNCLINE_RETURN_IF_ERROR(CheckArgument(*function, node.children.size(), first, argument));
      node.children.push_back(argument);
    } while (TakeIf(TokenKind::kComma));
    SYNCLINE_RETURN_IF_ERROR(Expect(TokenKind::kRightParen, "',' or ')'"));
  }
  const std::size_t count = node.children.size();
  if (count < function->arity_min || count > function->arity_max) {
    return InvalidAt(name.offset, fmt::format("{}() takes {} arguments, here are {}", name.text,
                                              DescribeArity(*function), count));
  }
  return Add(std::move(node));
}

absl::Status Parser::CheckArgument(const Function& function, std::size_t index, const Token& at,
                                   NodeId id) {
  const Types types = function.ParameterAt(index);
  const ProgramNode& argument = program_.nodes[id];
  if ((types & kReferenceType) != 0 && argument.op != Op::kReference) {
    return InvalidAt(at.offset,
                     fmt::format("{}() takes an expression here: put & before it", function.name));
  }
  if ((types & kReferenceType) == 0 && argument.op == Op::kReference) {
    return InvalidAt(at.offset,
                     fmt::format("{}() takes a value here, not an & expression", function.name));
  }
  if (types == kZoneType && index < function.arity_max &&
      (argument.op != Op::kLiteral || argument.literal.kind() != json::Kind::kString ||
       !IsZone(argument.literal.text()))) {
    return InvalidAt(at.offset, fmt::format("{}() takes a time zone here, written out, such as "
                                            "'Europe/Vienna'",
                                            function.name));
  }
  return absl::OkStatus();
}

Id Parser::Literal(const Token& token, std::string json) {
  auto document = json::Document::Parse(std::move(json), {.depth_max = Expression::kDepthMax});
  if (!document.ok()) {
    return InvalidAt(token.offset, fmt::format("what stands between ` and ` must be JSON. {}",
                                               base::MessageOf(document.status())));
  }
  program_.literals.push_back(*document);
  return Add(ProgramNode{.op = Op::kLiteral, .literal = Value((*document)->root())});
}

// After a [: an index, a slice, [*]; at the start of an expression also a list of expressions.
Id Parser::Bracket(NodeId left, bool may_list) {
  if (Peek() == TokenKind::kNumber || Peek() == TokenKind::kColon) return IndexOrSlice(left);
  if (Peek() == TokenKind::kStar && Peek(1) == TokenKind::kRightBracket) {
    at_ += 2;
    return Project(left, kPowerStar);
  }
  if (may_list) return List();
  return Unexpected("an index, a slice, '*' or '?'");
}

absl::Status Parser::IndexNumber(std::int64_t* value) {
  const std::optional<std::int64_t> number = ParseInteger(tokens_[at_].text);
  if (!number.has_value() || *number == Slice::kAbsent) return Unexpected("a 64-bit number");
  *value = *number;
  ++at_;
  return absl::OkStatus();
}

Id Parser::IndexOrSlice(NodeId left) {
  if (Peek() == TokenKind::kNumber && Peek(1) != TokenKind::kColon) {
    Step step{.is_name = false};
    SYNCLINE_RETURN_IF_ERROR(IndexNumber(&step.index));
    SYNCLINE_RETURN_IF_ERROR(Expect(TokenKind::kRightBracket, "']'"));
    return Then(left, AddStep(std::move(step)));
  }
  ProgramNode node{.op = Op::kSlice};
  std::int64_t* const parts[] = {&node.slice.start, &node.slice.stop, &node.slice.step};
  for (std::size_t part = 0; part < 3; ++part) {
    const Token& token = tokens_[at_];
    if (token.kind == TokenKind::kNumber) SYNCLINE_RETURN_IF_ERROR(IndexNumber(parts[part]));
    if (node.slice.step == 0) return InvalidAt(token.offset, "the step of a slice is not 0");
    if (part == 2 || !TakeIf(TokenKind::kColon)) break;
  }
  SYNCLINE_RETURN_IF_ERROR(Expect(TokenKind::kRightBracket, "']'"));
  SYNCLINE_ASSIGN_OR_RETURN(const NodeId slice, Add(std::move(node)));
  SYNCLINE_ASSIGN_OR_RETURN(const NodeId source, Then(left, slice));
  return Project(source, kPowerStar);
}

Id Parser::List() {
  ProgramNode node{.op = Op::kList};
  do {
    SYNCLINE_ASSIGN_OR_RETURN(const NodeId element, ParseUpTo(kPowerNone));
    node.children.push_back(element);
  } while (TakeIf(TokenKind::kComma));
  SYNCLINE_RETURN_IF_ERROR(Expect(TokenKind::kRightBracket, "',' or ']'"));
  return Add(std::move(node));
}

Id Parser::Hash() {
  ProgramNode node{.op = Op::kHash};
  do {
    if (Peek() != TokenKind::kName && Peek() != TokenKind::kQuotedName) return Unexpected("a key");
    node.keys.push_back(Take().text);
    SYNCLINE_RETURN_IF_ERROR(Expect(TokenKind::kColon, "':'"));
    SYNCLINE_ASSIGN_OR_RETURN(const NodeId value, ParseUpTo(kPowerNone));
    node.children.push_back(value);
  } while (TakeIf(TokenKind::kComma));
  SYNCLINE_RETURN_IF_ERROR(Expect(TokenKind::kRightBrace, "',' or '}'"));
  return Add(std::move(node));
}

Id Parser::Filter(NodeId left) {
  SYNCLINE_ASSIGN_OR_RETURN(const NodeId condition, ParseUpTo(kPowerNone));
  SYNCLINE_RETURN_IF_ERROR(Expect(TokenKind::kRightBracket, "']'"));
  NodeId each = 0;
  if (Peek() == TokenKind::kFlatten) {
    each = AddCurrent();
  } else {
    SYNCLINE_ASSIGN_OR_RETURN(each, AfterProjection(kPowerFilter));
  }
  return Add(Op::kFilter, {left, condition, each});
}

Id Parser::AfterDot(int power) {
  switch (Peek()) {
    case TokenKind::kName:
    case TokenKind::kQuotedName:
    case TokenKind::kStar: return ParseUpTo(power);
    case TokenKind::kLeftBracket: ++at_; return List();
    case TokenKind::kLeftBrace: ++at_; return Hash();
    default: return Unexpected("a name, '*', '[' or '{' after the dot");
  }
}

// What is done with each element of a projection.
Id Parser::AfterProjection(int power) {
  if (PowerOf(Peek()) < kProjectionStop) return AddCurrent();
  if (Peek() == TokenKind::kLeftBracket || Peek() == TokenKind::kFilter) return ParseUpTo(power);
  if (TakeIf(TokenKind::kDot)) return AfterDot(power);
  return Unexpected("'.', '[' or the end of the projection");
}

Id Parser::Project(NodeId source, int power) {
  SYNCLINE_ASSIGN_OR_RETURN(const NodeId each, AfterProjection(power));
  return Add(Op::kProject, {source, each});
}

Id Parser::ProjectThrough(NodeId left, Op op, int power) {
  SYNCLINE_ASSIGN_OR_RETURN(const NodeId step, Add(op, {}));
  SYNCLINE_ASSIGN_OR_RETURN(const NodeId source, Then(left, step));
  return Project(source, power);
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Expression::Program>> ParseExpression(std::string_view text) {
  if (text.size() > Expression::kTextBytesMax) {
    return InvalidAt(0, fmt::format("longer than {} bytes", Expression::kTextBytesMax));
  }
  if (!json::IsValidUtf8(text)) return InvalidAt(0, "not UTF-8");
  SYNCLINE_ASSIGN_OR_RETURN(std::vector<Token> tokens, Tokenize(text));
  auto program = std::make_shared<Expression::Program>();
  program->text = std::string(text);
  SYNCLINE_RETURN_IF_ERROR(Parser(std::move(tokens), program.get()).Run());
  return std::shared_ptr<const Expression::Program>(std::move(program));
}

}  // namespace syncline::expression
