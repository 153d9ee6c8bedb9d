// The first line is an expression, the rest a document: compiling and evaluating never crash, stay
// within the budget, and yield JSON. The line is also tried as a template.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "expression/expression.h"
#include "json/document.h"

namespace {

using syncline::expression::Evaluation;
using syncline::expression::Expression;
using syncline::expression::Template;
using syncline::expression::Value;
using syncline::json::Document;

constexpr std::size_t kStepsMax = 20'000;

void Check(std::string_view line, const Value& given) {
  Evaluation evaluation({}, kStepsMax);
  if (const auto expression = Expression::Compile(line); expression.ok()) {
    (void)expression->RootNames();
    const auto result = expression->Evaluate(given, evaluation);
    if (result.ok() && !Document::Parse(ToJson(*result), {.depth_max = 1000}).ok()) std::abort();
  }
  evaluation.Reset();
  if (const auto text = Template::Compile(line); text.ok()) {
    const auto result = text->Render(given, evaluation, Template::Null::kEmpty);
    if (result.ok() && !syncline::json::IsValidUtf8(*result) && syncline::json::IsValidUtf8(line)) {
      std::abort();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(input.find('\n'), input.size());
  const std::string_view rest = input.substr(std::min(end + 1, input.size()));
  const auto document = Document::Parse(std::string(rest));
  Check(input.substr(0, end), document.ok() ? Value((*document)->root()) : Value());
  return 0;
}
