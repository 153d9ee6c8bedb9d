#include <optional>

#include "expression/named_scope.h"
#include "reshape/step_makers.h"

namespace syncline::reshape {
namespace {

using expression::Value;

class FilterStep final : public Step {
 public:
  explicit FilterStep(expression::Expression condition) : condition_(std::move(condition)) {}

  bool selects() const override { return true; }

  absl::StatusOr<Value> Apply(const Value& records, StepContext& context) const override {
    Rows kept(context.memory().memory());
    expression::Evaluation scratch(context.memory().now());  // nothing of it is kept
    expression::Scope scope = context.names();
    absl::Status status;
    records.ForEachElement([&](const Value& record) {
      if (!status.ok()) return;
      scope.Set("record", record);
      scratch.Reset();
      const auto holds = condition_.Evaluate(scope.value(), scratch);
      status = holds.status();
      if (holds.ok() && expression::IsTruthy(*holds)) kept.Push(record);
    });
    SYNCLINE_RETURN_IF_ERROR(status);
    return Value::Array(kept.elements());
  }

 private:
  const expression::Expression condition_;
};

}  // namespace

Made MakeFilter(const std::string& text, std::span<const std::string_view> names,
                base::FieldViolations* violations) {
  std::vector<std::string_view> in_scope(names.begin(), names.end());
  in_scope.emplace_back("record");
  auto condition = expression::CompileIn(in_scope, text);
  if (condition.ok()) return std::make_unique<FilterStep>(*std::move(condition));
  violations->Add("filter", base::MessageOf(condition.status()));
  return nullptr;
}

}  // namespace syncline::reshape
