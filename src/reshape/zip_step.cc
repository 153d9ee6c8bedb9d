#include <algorithm>
#include <vector>

#include "reshape/step_makers.h"

namespace syncline::reshape {
namespace {

using expression::Value;

class ZipStep final : public Step {
 public:
  explicit ZipStep(std::vector<std::string> members) : members_(std::move(members)) {}

  absl::StatusOr<Value> Apply(const Value& records, StepContext& context) const override {
    Rows rows(context.memory().memory());
    if (records.kind() == json::Kind::kObject) {
      SYNCLINE_RETURN_IF_ERROR(AddRows(records, context, &rows));
      return Value::Array(rows.elements());
    }
    absl::Status status;
    records.ForEachElement([&](const Value& record) {
      if (status.ok()) status = AddRows(record, context, &rows);
    });
    SYNCLINE_RETURN_IF_ERROR(status);
    return Value::Array(rows.elements());
  }

 private:
  // A list that is zipped, element by element: looking one up in a document walks to it.
  struct Column {
    std::string_view name;
    std::vector<Value> elements;
  };

  bool IsZipped(std::string_view name, const Value& value) const {
    if (members_.empty()) return value.kind() == json::Kind::kArray;
    return std::ranges::find(members_, name) != members_.end();
  }

  // The columns and, with empty `elements`, the members between them that are copied.
  absl::Status ReadColumns(const Value& record, std::vector<Column>* columns,
                           std::vector<Value>* copied) const {
    absl::Status status;
    record.ForEachMember([&](std::string_view name, const Value& value) {
      if (!status.ok()) return;
      columns->push_back({name, {}});
      copied->push_back(value);
      if (!IsZipped(name, value)) return;
      if (value.kind() != json::Kind::kArray) {
        status = WrongShape(fmt::format("are to be zipped, but '{}' is {}, not a list",
                                        name.substr(0, kShownBytes), KindName(value)));
        return;
      }
      std::vector<Value>& elements = columns->back().elements;
      elements.reserve(value.size());
      value.ForEachElement([&](const Value& element) { elements.push_back(element); });
    });
    return status;
  }

  absl::Status AddRows(const Value& record, StepContext& context, Rows* rows) const {
    if (record.kind() != json::Kind::kObject) {
      return WrongShape(
          fmt::format("are to be zipped, but one is {}, not an object", KindName(record)));
    }
    std::vector<Column> columns;
    std::vector<Value> copied;
    SYNCLINE_RETURN_IF_ERROR(ReadColumns(record, &columns, &copied));
    SYNCLINE_ASSIGN_OR_RETURN(const std::size_t count, LengthOf(record));
    SYNCLINE_RETURN_IF_ERROR(context.CheckRows(rows->size() + count));
    SYNCLINE_RETURN_IF_ERROR(context.SpendMembers(count * columns.size()));
    for (std::size_t row = 0; row < count; ++row) {
      Members members(context.memory().memory(), columns.size());
      for (std::size_t i = 0; i < columns.size(); ++i) {
        const std::vector<Value>& elements = columns[i].elements;
        members.Push({columns[i].name, elements.empty() ? copied[i] : elements[row]});
      }
      rows->Push(Value::Object(members.elements()));
    }
    return absl::OkStatus();
  }

  // The length that all lists share.
  absl::StatusOr<std::size_t> LengthOf(const Value& record) const {
    std::string_view first;
    std::size_t length = 0;
    absl::Status status;
    record.ForEachMember([&](std::string_view name, const Value& value) {
      if (!status.ok() || !IsZipped(name, value)) return;
      if (first.data() == nullptr) {
        first = name;
        length = value.size();
      } else if (value.size() != length) {
        status = WrongShape(fmt::format("are to be zipped, but '{}' has {} elements and '{}' {}",
                                        first.substr(0, kShownBytes), length,
                                        name.substr(0, kShownBytes), value.size()));
      }
    });
    SYNCLINE_RETURN_IF_ERROR(status);
    for (const std::string& name : members_) {
      if (record.Find(name).kind() == json::Kind::kArray) continue;
      return WrongShape(fmt::format("are to be zipped, but one has no list '{}'", name));
    }
    if (first.data() == nullptr) return WrongShape("are to be zipped, but one has no list");
    return length;
  }

  static constexpr std::size_t kShownBytes = 64;
  const std::vector<std::string> members_;
};

}  // namespace

Made MakeZip(const v1::Zip& spec, base::FieldViolations* violations) {
  std::vector<std::string> members(spec.members().begin(), spec.members().end());
  for (std::size_t i = 0; i < members.size(); ++i) {
    const auto begin = members.begin();
    if (std::find(begin, begin + static_cast<std::ptrdiff_t>(i), members[i]) ==
        begin + static_cast<std::ptrdiff_t>(i)) {
      continue;
    }
    violations->Add(fmt::format("zip.members[{}]", i),
                    fmt::format("'{}' is there already", members[i]));
  }
  return std::make_unique<ZipStep>(std::move(members));
}

}  // namespace syncline::reshape
