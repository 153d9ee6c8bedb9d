#include <fmt/ranges.h>

#include <vector>

#include "reshape/step_makers.h"

namespace syncline::reshape {
namespace {

using expression::Value;

constexpr int kPathsMax = 32;
constexpr std::string_view kValueMember = "value";

class ConcatenateStep final : public Step {
 public:
  ConcatenateStep(std::vector<expression::Expression> paths, std::string tag_member)
      : paths_(std::move(paths)), tag_member_(std::move(tag_member)) {}

  // Begins from the body: `records` are the body, too.
  absl::StatusOr<Value> Apply(const Value&, StepContext& context) const override {
    Rows rows(context.memory().memory());
    bool is_there = false;
    for (const expression::Expression& path : paths_) {
      SYNCLINE_ASSIGN_OR_RETURN(const Value list, path.Evaluate(context.body(), context.memory()));
      if (list.is_null()) continue;
      is_there = true;
      SYNCLINE_RETURN_IF_ERROR(AddRows(list, path.text(), context, &rows));
    }
    if (is_there || context.may_be_missing()) return Value::Array(rows.elements());
    return base::Error(base::Reason::kRecordsNotFound,
                       fmt::format("None of the lists that are concatenated is in the answer: {}.",
                                   fmt::join(Texts(), ", ")));
  }

 private:
  absl::Status AddRows(const Value& list, std::string_view path, StepContext& context,
                       Rows* rows) const {
    if (list.kind() != json::Kind::kArray) {
      return WrongShape(
          fmt::format("are to be concatenated, but '{}' is {}, not a list", path, KindName(list)));
    }
    SYNCLINE_RETURN_IF_ERROR(context.CheckRows(rows->size() + list.size()));
    absl::Status status;
    list.ForEachElement([&](const Value& element) {
      if (!status.ok()) return;
      if (tag_member_.empty()) return rows->Push(element);
      const bool is_object = element.kind() == json::Kind::kObject;
      const std::size_t count = 1 + (is_object ? element.size() : 1);
      status = context.SpendMembers(count);
      if (!status.ok()) return;
      Members row(context.memory().memory(), count);
      if (!is_object) row.Push({kValueMember, element});
      element.ForEachMember([&](std::string_view name, const Value& value) {
        if (name != tag_member_) row.Push({name, value});
      });
      row.Push({tag_member_, Value::String(path)});
      rows->Push(Value::Object(row.elements()));
    });
    return status;
  }

  std::vector<std::string> Texts() const {
    std::vector<std::string> texts;
    for (const expression::Expression& path : paths_) texts.push_back(path.text());
    return texts;
  }

  const std::vector<expression::Expression> paths_;
  const std::string tag_member_;
};

}  // namespace

Made MakeConcatenate(const v1::Concatenate& spec, base::FieldViolations* violations) {
  if (spec.paths().empty() || spec.paths_size() > kPathsMax) {
    violations->Add("concatenate.paths", fmt::format("has {} entries; 1 to {} are allowed",
                                                     spec.paths_size(), kPathsMax));
  }
  std::vector<expression::Expression> paths;
  for (int i = 0; i < spec.paths_size(); ++i) {
    auto path = expression::Expression::Compile(spec.paths(i));
    if (path.ok()) {
      paths.push_back(*std::move(path));
    } else {
      violations->Add(fmt::format("concatenate.paths[{}]", i), base::MessageOf(path.status()));
    }
  }
  return std::make_unique<ConcatenateStep>(std::move(paths), spec.tag_member());
}

}  // namespace syncline::reshape
