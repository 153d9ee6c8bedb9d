// The first line is a template, the rest the document it sees: compiling and rendering never crash
// and stay within their bounds; percent-encoded values hold nothing but what a URL may; a template
// without an expression renders as its text.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "expression/expression.h"
#include "http/message.h"
#include "json/document.h"

namespace {

using syncline::expression::Evaluation;
using syncline::expression::Template;
using syncline::expression::Value;

constexpr std::size_t kStepsMax = 20'000;

// Encodes and notes that it did: what stands between the encoded parts is the template's own.
std::string Masked(std::string_view text) {
  const std::string encoded = syncline::http::PercentEncode(text);
  for (const char c : encoded) {
    const bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      std::string_view("-._~%").find(c) != std::string_view::npos;
    if (!fits) std::abort();
  }
  return encoded;
}

void Check(std::string_view line, const Value& scope) {
  const auto compiled = Template::Compile(line);
  if (!compiled.ok()) return;
  (void)compiled->RootNames();
  Evaluation evaluation({}, kStepsMax);
  const auto strict = compiled->Render(scope, evaluation, Template::Null::kFails);
  evaluation.Reset();
  const auto lenient = compiled->Render(scope, evaluation, Template::Null::kEmpty);
  if (strict.ok() && lenient.ok() && *strict != *lenient) std::abort();
  if (strict.ok() && strict->size() > Template::kRenderedBytesMax) std::abort();
  if (compiled->is_constant() && (!strict.ok() || strict->size() > line.size())) std::abort();
  evaluation.Reset();
  (void)compiled->RenderEncoded(scope, evaluation, Template::Null::kEmpty, &Masked);
  evaluation.Reset();
  const auto value = compiled->Evaluate(scope, evaluation, Template::Null::kEmpty);
  if (!value.ok()) return;
  std::string json;
  syncline::expression::AppendJson(*value, &json);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(input.find('\n'), input.size());
  const std::string_view rest = input.substr(std::min(end + 1, input.size()));
  const auto document = syncline::json::Document::Parse(std::string(rest));
  Check(input.substr(0, end), document.ok() ? Value((*document)->root()) : Value());
  return 0;
}
