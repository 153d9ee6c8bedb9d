#include <algorithm>
#include <iterator>

#include "base/status.h"
#include "expression/expression.h"
#include "fmt/format.h"

namespace syncline::expression {
namespace {

constexpr std::string_view kOpen = "{{";
constexpr std::string_view kEscapedOpen = "\\{{";

absl::Status Invalid(std::size_t offset, std::string_view message) {
  return base::Error(base::Reason::kExpressionInvalid,
                     fmt::format("Character {} of the template: {}.", offset + 1, message),
                     {{"offset", fmt::to_string(offset)}});
}

// Where the expression that begins at `at` ends: at the first "}}" that stands neither in a string
// nor inside braces of the expression itself. npos when it is not closed.
std::size_t EndOfExpression(std::string_view text, std::size_t at) {
  std::size_t open_braces = 0;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"' || c == '\'' || c == '`') {
      for (++at; at < text.size() && text[at] != c; ++at) {
        if (text[at] == '\\') ++at;
      }
    } else if (c == '{') {
      ++open_braces;
    } else if (c == '}') {
      if (open_braces == 0) return text.substr(at).starts_with("}}") ? at : std::string_view::npos;
      --open_braces;
    }
  }
  return std::string_view::npos;
}

absl::Status Missing(const Expression& expression) {
  return base::Error(base::Reason::kTemplateValueMissing,
                     fmt::format("{{{{{}}}}} has no value.", expression.text()),
                     {{"expression", expression.text()}});
}

absl::Status TooLong() {
  return base::Error(
      base::Reason::kExpressionTooCostly,
      fmt::format("The rendered text is longer than {} bytes.", Template::kRenderedBytesMax));
}

}  // namespace

absl::StatusOr<Template> Template::Compile(std::string_view text) {
  if (text.size() > kTextBytesMax) {
    return Invalid(0, fmt::format("longer than {} bytes", kTextBytesMax));
  }
  Template result;
  std::string literal;
  const auto flush = [&] {
    if (!literal.empty()) result.parts_.push_back({std::move(literal), {}});
    literal.clear();
  };
  std::size_t at = 0;
  while (at < text.size()) {
    const std::string_view rest = text.substr(at);
    if (rest.starts_with(kEscapedOpen)) {
      literal += kOpen;
      at += kEscapedOpen.size();
    } else if (rest.starts_with(kOpen)) {
      const std::size_t begin = at + kOpen.size();
      const std::size_t end = EndOfExpression(text, begin);
      if (end == std::string_view::npos) {
        return Invalid(at, "this {{ is not closed by }}; \\{{ stands for two braces");
      }
      auto expression = Expression::Compile(text.substr(begin, end - begin));
      if (!expression.ok()) return Invalid(begin, base::MessageOf(expression.status()));
      flush();
      result.parts_.push_back({{}, {*std::move(expression)}});
      at = end + 2;
    } else {
      literal.push_back(text[at++]);
    }
  }
  flush();
  if (result.parts_.size() > kPartsMax) {
    return Invalid(0, fmt::format("more than {} parts", kPartsMax));
  }
  return result;
}

absl::StatusOr<std::string> Template::Render(const Value& scope, Evaluation& evaluation,
                                             Null null) const {
  return RenderEncoded(scope, evaluation, null, nullptr);
}

absl::StatusOr<std::string> Template::RenderEncoded(const Value& scope, Evaluation& evaluation,
                                                    Null null, Encode encode) const {
  std::string text;
  for (const Part& part : parts_) {
    text += part.literal;
    for (const Expression& expression : part.expression) {
      SYNCLINE_ASSIGN_OR_RETURN(const Value value, expression.Evaluate(scope, evaluation));
      if (value.is_null() && null == Null::kFails) return Missing(expression);
      if (encode == nullptr) {
        AppendText(value, &text);
      } else {
        std::string plain;
        AppendText(value, &plain);
        text += encode(plain);
      }
    }
    if (text.size() > kRenderedBytesMax) return TooLong();
  }
  return text;
}

absl::StatusOr<Value> Template::Evaluate(const Value& scope, Evaluation& evaluation,
                                         Null null) const {
  if (parts_.size() == 1 && !parts_[0].expression.empty()) {
    const Expression& expression = parts_[0].expression[0];
    SYNCLINE_ASSIGN_OR_RETURN(const Value value, expression.Evaluate(scope, evaluation));
    if (value.is_null() && null == Null::kFails) return Missing(expression);
    return value;
  }
  SYNCLINE_ASSIGN_OR_RETURN(const std::string text, Render(scope, evaluation, null));
  auto* bytes = static_cast<char*>(evaluation.memory()->allocate(text.size() + 1, 1));
  std::ranges::copy(text, bytes);
  return Value::String({bytes, text.size()});
}

bool Template::is_constant() const {
  return std::ranges::all_of(parts_, [](const Part& part) { return part.expression.empty(); });
}

std::vector<std::string> Template::RootNames() const { return Gathered(&Expression::RootNames); }

std::vector<std::string> Template::RootPaths() const { return Gathered(&Expression::RootPaths); }

std::vector<std::string> Template::Gathered(std::vector<std::string> (Expression::*roots)()
                                                const) const {
  std::vector<std::string> names;
  for (const Part& part : parts_) {
    for (const Expression& expression : part.expression) {
      std::ranges::move((expression.*roots)(), std::back_inserter(names));
    }
  }
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace syncline::expression
