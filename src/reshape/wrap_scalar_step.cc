#include "reshape/step_makers.h"

namespace syncline::reshape {
namespace {

using expression::Value;

class WrapScalarStep final : public Step {
 public:
  explicit WrapScalarStep(std::string member) : member_(std::move(member)) {}

  absl::StatusOr<Value> Apply(const Value& records, StepContext& context) const override {
    SYNCLINE_RETURN_IF_ERROR(context.SpendMembers(records.size()));
    Rows rows(context.memory().memory(), records.size());
    records.ForEachElement([&](const Value& record) {
      if (record.kind() == json::Kind::kObject) return rows.Push(record);
      Members row(context.memory().memory(), 1);
      row.Push({member_, record});
      rows.Push(Value::Object(row.elements()));
    });
    return Value::Array(rows.elements());
  }

 private:
  const std::string member_;
};

}  // namespace

Made MakeWrapScalar(const v1::WrapScalar& spec) {
  return std::make_unique<WrapScalarStep>(spec.member().empty() ? "value" : spec.member());
}

}  // namespace syncline::reshape
