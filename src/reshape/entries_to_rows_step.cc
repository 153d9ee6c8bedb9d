#include "reshape/step_makers.h"

namespace syncline::reshape {
namespace {

using expression::Member;
using expression::Value;

class EntriesToRowsStep final : public Step {
 public:
  explicit EntriesToRowsStep(std::string key_member) : key_member_(std::move(key_member)) {}

  absl::StatusOr<Value> Apply(const Value& records, StepContext& context) const override {
    if (records.kind() != json::Kind::kObject) {
      return WrongShape(
          fmt::format("are {}, not an object whose members become rows", KindName(records)));
    }
    SYNCLINE_RETURN_IF_ERROR(context.CheckRows(records.size()));
    Rows rows(context.memory().memory(), records.size());
    absl::Status status;
    records.ForEachMember([&](std::string_view key, const Value& value) {
      if (!status.ok()) return;
      const bool is_object = value.kind() == json::Kind::kObject;
      const std::size_t count = 1 + (is_object ? value.size() : 1);
      status = context.SpendMembers(count);
      if (!status.ok()) return;
      Members row(context.memory().memory(), count);
      row.Push({key_member_, Value::String(key)});
      if (!is_object) row.Push({kValueMember, value});
      value.ForEachMember([&](std::string_view name, const Value& member) {
        if (name != key_member_) row.Push({name, member});
      });
      rows.Push(Value::Object(row.elements()));
    });
    SYNCLINE_RETURN_IF_ERROR(status);
    return Value::Array(rows.elements());
  }

 private:
  static constexpr std::string_view kValueMember = "value";
  const std::string key_member_;
};

}  // namespace

Made MakeEntriesToRows(const v1::EntriesToRows& spec) {
  return std::make_unique<EntriesToRowsStep>(spec.key_member().empty() ? "key" : spec.key_member());
}

}  // namespace syncline::reshape
