#include <string>
#include <unordered_map>

#include "reshape/step_makers.h"

namespace syncline::reshape {
namespace {

using expression::Member;
using expression::Value;

// What a body includes, by type and id.
using Included = std::unordered_map<std::string, Value>;

std::string KeyOf(const Value& resource) {
  const Value type = resource.Find("type");
  const Value id = resource.Find("id");
  const auto is_text = [](const Value& value) {
    return value.kind() == json::Kind::kString || value.kind() == json::Kind::kNumber;
  };
  if (!is_text(type) || !is_text(id)) return "";
  return fmt::format("{}\n{}", type.text(), id.text());
}

// One join over one page.
class Join {
 public:
  Join(const Included& included, StepContext& context) : included_(included), context_(context) {}

  absl::StatusOr<Value> Record(const Value& record) {
    const Value relationships = record.Find("relationships");
    if (relationships.kind() != json::Kind::kObject) return record;
    return Rebuilt(record, [&](std::string_view name, const Value& value) {
      if (name != "relationships") return absl::StatusOr<Value>(value);
      return Rebuilt(value, [&](std::string_view, const Value& one) { return Relationship(one); });
    });
  }

 private:
  // The object with what `change` makes of each member.
  template <typename Change>
  absl::StatusOr<Value> Rebuilt(const Value& object, Change&& change) {
    SYNCLINE_RETURN_IF_ERROR(context_.SpendMembers(object.size()));
    Members members(context_.memory().memory(), object.size());
    absl::Status status;
    object.ForEachMember([&](std::string_view name, const Value& value) {
      if (!status.ok()) return;
      const absl::StatusOr<Value> changed = change(name, value);
      status = changed.status();
      if (changed.ok()) members.Push({name, *changed});
    });
    SYNCLINE_RETURN_IF_ERROR(status);
    return Value::Object(members.elements());
  }

  absl::StatusOr<Value> Relationship(const Value& relationship) {
    const Value data = relationship.Find("data");
    if (relationship.kind() != json::Kind::kObject || data.is_null()) return relationship;
    SYNCLINE_RETURN_IF_ERROR(context_.SpendMembers(relationship.size() + 1));
    Members members(context_.memory().memory(), relationship.size() + 1);
    relationship.ForEachMember([&](std::string_view name, const Value& value) {
      if (name != kIncluded) members.Push({name, value});
    });
    SYNCLINE_ASSIGN_OR_RETURN(const Value found, Find(data));
    members.Push({kIncluded, found});
    return Value::Object(members.elements());
  }

  absl::StatusOr<Value> Find(const Value& data) {
    if (data.kind() != json::Kind::kArray) return FindOne(data);
    SYNCLINE_RETURN_IF_ERROR(context_.SpendMembers(data.size()));
    Rows found(context_.memory().memory(), data.size());
    data.ForEachElement([&](const Value& reference) {
      const Value one = FindOne(reference);
      if (!one.is_null()) found.Push(one);
    });
    return Value::Array(found.elements());
  }

  Value FindOne(const Value& reference) const {
    const auto found = included_.find(KeyOf(reference));
    return found == included_.end() ? Value::Null() : found->second;
  }

  static constexpr std::string_view kIncluded = "included";
  const Included& included_;
  StepContext& context_;
};

class JoinIncludedStep final : public Step {
 public:
  explicit JoinIncludedStep(expression::Expression path) : path_(std::move(path)) {}

  absl::StatusOr<Value> Apply(const Value& records, StepContext& context) const override {
    SYNCLINE_ASSIGN_OR_RETURN(const Value list, path_.Evaluate(context.body(), context.memory()));
    if (!list.is_null() && list.kind() != json::Kind::kArray) {
      return WrongShape(fmt::format("are to be joined, but '{}' of the answer is {}, not a list",
                                    path_.text(), KindName(list)));
    }
    Included included;
    list.ForEachElement([&](const Value& resource) {
      if (std::string key = KeyOf(resource); !key.empty())
        included.emplace(std::move(key), resource);
    });
    Join join(included, context);
    Rows rows(context.memory().memory(), records.size());
    absl::Status status;
    records.ForEachElement([&](const Value& record) {
      if (!status.ok()) return;
      const absl::StatusOr<Value> joined = join.Record(record);
      status = joined.status();
      if (joined.ok()) rows.Push(*joined);
    });
    SYNCLINE_RETURN_IF_ERROR(status);
    return Value::Array(rows.elements());
  }

 private:
  const expression::Expression path_;
};

}  // namespace

Made MakeJoinIncluded(const v1::JoinIncluded& spec, base::FieldViolations* violations) {
  auto path = expression::Expression::Compile(spec.path().empty() ? "included" : spec.path());
  if (path.ok()) return std::make_unique<JoinIncludedStep>(*std::move(path));
  violations->Add("joinIncluded.path", base::MessageOf(path.status()));
  return nullptr;
}

}  // namespace syncline::reshape
