#include <map>
#include <utility>
#include <vector>

#include "reshape/step_makers.h"

namespace syncline::reshape {
namespace {

using expression::Member;
using expression::Value;

constexpr std::size_t kCopiesMax = 64;
constexpr std::string_view kValueMember = "value";

class ExplodeStep final : public Step {
 public:
  using Copies = std::vector<std::pair<std::string, expression::Expression>>;

  ExplodeStep(expression::Expression path, Copies copies)
      : path_(std::move(path)), copies_(std::move(copies)) {}

  bool selects() const override { return true; }

  absl::StatusOr<Value> Apply(const Value& records, StepContext& context) const override {
    Rows rows(context.memory().memory());
    absl::Status status;
    records.ForEachElement([&](const Value& record) {
      if (status.ok()) status = AddRows(record, context, &rows);
    });
    SYNCLINE_RETURN_IF_ERROR(status);
    return Value::Array(rows.elements());
  }

 private:
  absl::Status AddRows(const Value& record, StepContext& context, Rows* rows) const {
    SYNCLINE_ASSIGN_OR_RETURN(const Value list, path_.Evaluate(record, context.memory()));
    if (list.is_null()) return absl::OkStatus();
    if (list.kind() != json::Kind::kArray) {
      return WrongShape(fmt::format("are to be exploded, but '{}' of one is {}, not a list",
                                    path_.text(), KindName(list)));
    }
    SYNCLINE_RETURN_IF_ERROR(context.CheckRows(rows->size() + list.size()));
    std::vector<Member> copied;
    for (const auto& [member, from] : copies_) {
      SYNCLINE_ASSIGN_OR_RETURN(const Value value, from.Evaluate(record, context.memory()));
      copied.emplace_back(member, value);
    }
    absl::Status status;
    list.ForEachElement([&](const Value& element) {
      if (status.ok()) status = AddRow(element, copied, context, rows);
    });
    return status;
  }

  absl::Status AddRow(const Value& element, const std::vector<Member>& copied, StepContext& context,
                      Rows* rows) const {
    const bool is_object = element.kind() == json::Kind::kObject;
    if (is_object && copied.empty()) {
      rows->Push(element);
      return absl::OkStatus();
    }
    const std::size_t count = (is_object ? element.size() : 1) + copied.size();
    SYNCLINE_RETURN_IF_ERROR(context.SpendMembers(count));
    Members row(context.memory().memory(), count);
    if (!is_object) row.Push({kValueMember, element});
    element.ForEachMember([&](std::string_view name, const Value& value) {
      if (!IsCopied(name)) row.Push({name, value});
    });
    for (const Member& member : copied) row.Push(member);
    rows->Push(Value::Object(row.elements()));
    return absl::OkStatus();
  }

  bool IsCopied(std::string_view name) const {
    for (const auto& [member, from] : copies_) {
      if (member == name) return true;
    }
    return false;
  }

  const expression::Expression path_;
  const Copies copies_;
};

}  // namespace

Made MakeExplode(const v1::Explode& spec, base::FieldViolations* violations) {
  auto path = expression::Expression::Compile(spec.path());
  if (spec.path().empty()) {
    violations->Add("explode.path", "is required: the path of the list in each record");
  } else if (!path.ok()) {
    violations->Add("explode.path", base::MessageOf(path.status()));
  }
  if (spec.copy().size() > kCopiesMax) {
    violations->Add("explode.copy",
                    fmt::format("has {} entries; at most {}", spec.copy().size(), kCopiesMax));
  }
  ExplodeStep::Copies copies;
  const std::map<std::string, std::string> sorted(spec.copy().begin(), spec.copy().end());
  for (const auto& [member, text] : sorted) {
    auto from = expression::Expression::Compile(text);
    if (from.ok()) {
      copies.emplace_back(member, *std::move(from));
    } else {
      violations->Add(fmt::format("explode.copy.{}", member), base::MessageOf(from.status()));
    }
  }
  if (!path.ok()) return nullptr;
  return std::make_unique<ExplodeStep>(*std::move(path), std::move(copies));
}

}  // namespace syncline::reshape
