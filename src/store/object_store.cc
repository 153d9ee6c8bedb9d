#include "store/object_store.h"

#include <algorithm>
#include <string>

#include "base/status.h"
#include "fmt/format.h"
#include "store/object_filter.h"
#include "store/resource_row.h"
#include "store/sql.h"
#include "store/workspace_store.h"

namespace syncline::store {
namespace {

using v1::Field;

constexpr int kFirstField = 5;  // after object_id, revision and the three times

// Numbers and dates are read as text: no binary form of theirs is exact and short.
bool ReadAsText(Field::Type type) { return type == Field::TYPE_NUMBER || type == Field::TYPE_DATE; }

const char* SqlType(Field::Type type) {
  switch (type) {
    case Field::TYPE_INTEGER: return "bigint";
    case Field::TYPE_NUMBER: return "numeric";
    case Field::TYPE_BOOLEAN: return "boolean";
    case Field::TYPE_TIMESTAMP: return "timestamptz";
    case Field::TYPE_DATE: return "date";
    default: return "text";
  }
}

std::string SelectText(const v1::ObjectType& type) {
  std::string text = "SELECT object_id, revision, create_time, update_time, archive_time";
  for (const Field& field : type.fields()) {
    text += fmt::format(R"(, "{}"{})", field.name(), ReadAsText(field.type()) ? "::text" : "");
  }
  return text + fmt::format(" FROM {}", type.table());
}

void SetValue(const Field& field, const Result& rows, int row, int column, v1::FieldValue* value) {
  switch (field.type()) {
    case Field::TYPE_INTEGER: value->set_integer_value(rows.Int64(row, column)); return;
    case Field::TYPE_NUMBER: value->set_number_value(std::string(rows.Text(row, column))); return;
    case Field::TYPE_BOOLEAN: value->set_boolean_value(rows.Bool(row, column)); return;
    case Field::TYPE_TIMESTAMP:
      *value->mutable_timestamp_value() = ToTimestamp(rows.Time(row, column));
      return;
    case Field::TYPE_DATE: value->set_date_value(std::string(rows.Text(row, column))); return;
    case Field::TYPE_JSON: value->set_json_value(std::string(rows.Text(row, column))); return;
    default: value->set_string_value(std::string(rows.Text(row, column))); return;
  }
}

v1::Object Read(const Result& rows, int row, const model::ObjectTypeName& parent,
                const v1::ObjectType& type) {
  v1::Object object;
  object.set_name(
      model::ObjectName{parent.workspace, parent.object_type, std::to_string(rows.Int64(row, 0))}
          .ToString());
  object.set_revision(rows.Int64(row, 1));
  *object.mutable_create_time() = ToTimestamp(rows.Time(row, 2));
  *object.mutable_update_time() = ToTimestamp(rows.Time(row, 3));
  if (const auto time = rows.OptionalTime(row, 4)) {
    *object.mutable_archive_time() = ToTimestamp(*time);
  }
  for (int i = 0; i < type.fields_size(); ++i) {
    const int column = kFirstField + i;
    if (rows.IsNull(row, column)) continue;
    SetValue(type.fields(i), rows, row, column, &(*object.mutable_fields())[type.fields(i).name()]);
  }
  return object;
}

absl::StatusOr<bool> TableExists(Transaction& transaction, const v1::ObjectType& type) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result rows,
      transaction.Execute(sql::kObjectTableExists, Parameters().Text(type.table())));
  return rows.Bool(0, 0);
}

// " AND field = $n" for each term; adds the values to `parameters`.
absl::StatusOr<std::string> Condition(std::string_view filter, const v1::ObjectType& type,
                                      Parameters* parameters) {
  SYNCLINE_ASSIGN_OR_RETURN(const std::vector<FilterTerm> terms, ParseFilter(filter));
  base::FieldViolations violations;
  std::string condition;
  for (const FilterTerm& term : terms) {
    const auto field = std::ranges::find(type.fields(), term.field, &Field::name);
    if (field == type.fields().end()) {
      violations.Add("filter", fmt::format("the object type has no field \"{}\"", term.field));
    } else if (field->type() == Field::TYPE_JSON) {
      violations.Add("filter", fmt::format("\"{}\" is JSON and cannot be compared", term.field));
    } else {
      parameters->Text(term.value);
      // The cast of a parameter of type text keeps a mistyped value an error of that value.
      condition += fmt::format(R"( AND "{}" = ${}::text::{})", term.field, parameters->size(),
                               SqlType(field->type()));
    }
  }
  SYNCLINE_RETURN_IF_ERROR(violations.ToStatus());
  return condition;
}

}  // namespace

absl::StatusOr<v1::Object> FindObject(Transaction& transaction, const model::ObjectName& name,
                                      const v1::ObjectType& type) {
  SYNCLINE_ASSIGN_OR_RETURN(const bool exists, TableExists(transaction, type));
  if (!exists) return NotFound(name.ToString());
  SYNCLINE_ASSIGN_OR_RETURN(const Result rows,
                            transaction.Execute(SelectText(type) + " WHERE object_id = $1",
                                                Parameters().Int64(std::stoll(name.object))));
  if (rows.empty()) return NotFound(name.ToString());
  return Read(rows, 0, {name.workspace, name.object_type}, type);
}

absl::StatusOr<std::vector<v1::Object>> ListObjects(Transaction& transaction,
                                                    const model::ObjectTypeName& parent,
                                                    const v1::ObjectType& type,
                                                    std::string_view filter, std::int64_t after_id,
                                                    std::int64_t limit) {
  Parameters parameters;
  parameters.Int64(after_id).Int64(limit);
  SYNCLINE_ASSIGN_OR_RETURN(const std::string condition, Condition(filter, type, &parameters));
  SYNCLINE_ASSIGN_OR_RETURN(const bool exists, TableExists(transaction, type));
  if (!exists) return std::vector<v1::Object>();
  const absl::StatusOr<Result> rows = transaction.Execute(
      SelectText(type) + " WHERE object_id > $1" + condition + " ORDER BY object_id LIMIT $2",
      parameters);
  if (!rows.ok()) {
    if (base::ReasonOf(rows.status()) != base::Reason::kConversionFailed) return rows.status();
    return base::InvalidFields({{"filter", "a value does not fit the type of its field"}});
  }
  std::vector<v1::Object> objects;
  for (int row = 0; row < rows->size(); ++row) objects.push_back(Read(*rows, row, parent, type));
  return objects;
}

}  // namespace syncline::store
