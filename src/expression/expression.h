#pragma once

#include <memory>
#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "expression/value.h"

namespace syncline::expression {

// The workspace of evaluations: memory for computed values, and the bound on their cost. One thread
// at a time; Reset between records keeps the memory.
class Evaluation {
 public:
  // A step is one visited node or produced element (32 scanned keys, 16 bytes of produced text); an
  // evaluation past the limit fails with EXPRESSION_TOO_COSTLY. `now` is what now() yields.
  static constexpr std::size_t kStepsMax = 1'000'000;
  explicit Evaluation(base::Time now = {}, std::size_t steps_max = kStepsMax);
  Evaluation(const Evaluation&) = delete;
  Evaluation& operator=(const Evaluation&) = delete;
  void Reset();  // forgets computed values, restores the budget
  // Spends `steps`; false when the budget is gone.
  bool Spend(std::size_t steps) {
    if (steps > steps_left_) {
      steps_left_ = 0;
      return false;
    }
    steps_left_ -= steps;
    return true;
  }
  // Compares within the budget; false when it is gone.
  bool SpendEqual(const Value& a, const Value& b, bool* equal);
  std::pmr::memory_resource* memory() { return &memory_; }
  base::Time now() const { return now_; }

 private:
  // What most records need; more comes from the heap and goes back at Reset.
  static constexpr std::size_t kFirstBytes = 16 << 10;
  std::unique_ptr<std::byte[]> first_;
  std::pmr::monotonic_buffer_resource memory_;
  base::Time now_;
  std::size_t steps_max_;
  std::size_t steps_left_;
};

// A compiled JMESPath expression (jmespath.org, whole), with the extra functions listed in
// docs/expressions.md. Immutable, safe for concurrent use, cheap to copy.
class Expression {
 public:
  static constexpr std::size_t kTextBytesMax = 8192;
  // Nesting of the parsed form; the deepest benchmark of the public suite has 104 projections.
  static constexpr std::size_t kDepthMax = 128;
  // EXPRESSION_INVALID says where (character offset) and what would be right; also for unknown
  // functions and wrong arities, so that a mistake surfaces when the definition is saved.
  static absl::StatusOr<Expression> Compile(std::string_view text);
  // EXPRESSION_FAILED (a type error by JMESPath's rules), EXPRESSION_TOO_COSTLY. The result may
  // refer to `current`'s document, to the evaluation's memory and to the literals of this
  // expression, and is valid as long as all three. A plain dotted path allocates nothing.
  absl::StatusOr<Value> Evaluate(const Value& current, Evaluation& evaluation) const;
  const std::string& text() const;
  // The first names it looks up in `current` (`page` of `page.offset + …`), so that a definition
  // with a name that its place does not offer is refused when saved. Sorted, without repeats.
  std::vector<std::string> RootNames() const;
  // The same with the name looked up right below, where there is one: `parents.site` of
  // `parents.site.id`.
  std::vector<std::string> RootPaths() const;

  struct Program;  // the parsed form, private to this folder

 private:
  explicit Expression(std::shared_ptr<const Program> program) : program_(std::move(program)) {}
  std::shared_ptr<const Program> program_;
};

// The names a place offers, e.g. {"page": …, "vars": …}: one object value.
class Scope {
 public:
  void Set(std::string_view name, Value value);  // replaces; `name` must outlive the scope
  Value value() const { return Value::Object(members_); }

 private:
  std::vector<Member> members_;
};

// Text with `{{ expression }}` in it; `\{{` stands for two literal braces. Immutable, safe for
// concurrent use. Strings inside an expression may hold braces of their own.
class Template {
 public:
  // EXPRESSION_INVALID: an unclosed brace, or an expression that does not compile.
  static absl::StatusOr<Template> Compile(std::string_view text);
  // Of the text, of its expressions and of what one rendering yields.
  static constexpr std::size_t kTextBytesMax = 64 << 10;
  static constexpr std::size_t kPartsMax = 256;
  static constexpr std::size_t kRenderedBytesMax = std::size_t{1} << 20;

  enum class Null { kFails, kEmpty };  // what an expression that yields null does
  // TEMPLATE_VALUE_MISSING names the expression that yielded null (only with kFails).
  absl::StatusOr<std::string> Render(const Value& scope, Evaluation& evaluation, Null null) const;
  // As Render, with `encode` over the text that each expression puts in: values in a URL.
  using Encode = std::string (*)(std::string_view text);
  absl::StatusOr<std::string> RenderEncoded(const Value& scope, Evaluation& evaluation, Null null,
                                            Encode encode) const;
  // As Render, but a template that is one expression and nothing else yields that value, typed.
  absl::StatusOr<Value> Evaluate(const Value& scope, Evaluation& evaluation, Null null) const;
  bool is_constant() const;  // holds no expression
  std::vector<std::string> RootNames() const;
  std::vector<std::string> RootPaths() const;

 private:
  struct Part {
    std::string literal;
    std::vector<Expression> expression;  // none or one
  };
  std::vector<std::string> Gathered(std::vector<std::string> (Expression::*roots)() const) const;
  std::vector<Part> parts_;
};

}  // namespace syncline::expression
