#include "store/object_statements.h"

#include <fmt/format.h>

#include "store/workspace_schema.h"

namespace syncline::store {
namespace {

using model::FieldType;

std::string_view SqlTypeOf(FieldType type) {
  switch (type) {
    case FieldType::kString: return "text";
    case FieldType::kInteger: return "bigint";
    case FieldType::kNumber: return "numeric";
    case FieldType::kBoolean: return "boolean";
    case FieldType::kTimestamp: return "timestamptz";
    case FieldType::kDate: return "date";
    case FieldType::kJson: break;
  }
  return "jsonb";
}

// numeric and jsonb compare by value, which leaves out the scale of a number.
std::string_view ExactCast(FieldType type) {
  return type == FieldType::kNumber || type == FieldType::kJson ? "::text" : "";
}

// `unnest($1::bigint[], $2::text[], …) AS d (object_id, c0, …)`.
std::string Source(const std::vector<ObjectColumn>& columns) {
  std::string arrays = "$1::bigint[]";
  std::string names = "object_id";
  for (std::size_t i = 0; i < columns.size(); ++i) {
    arrays += fmt::format(", ${}::{}[]", i + 2, SqlTypeOf(columns[i].column.type));
    names += fmt::format(", c{}", i);
  }
  return fmt::format("unnest({}) AS d ({})", arrays, names);
}

}  // namespace

ObjectStatements::ObjectStatements(std::string_view table, const std::vector<ObjectColumn>& columns)
    : table_(table), columns_(columns) {
  std::string names = "object_id";
  std::string values = "d.object_id";
  std::string sets, differences;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string name = QuoteIdentifier(columns[i].column.field);
    names += ", " + name;
    values += fmt::format(", d.c{}", i);
    const std::string value = columns[i].clear_when_empty
                                  ? fmt::format("d.c{}", i)
                                  : fmt::format("COALESCE(d.c{}, t.{})", i, name);
    const std::string_view cast = ExactCast(columns[i].column.type);
    sets += fmt::format("{} = {}, ", name, value);
    differences += fmt::format("{}t.{}{} IS DISTINCT FROM {}{}", i == 0 ? "" : " OR ", name, cast,
                               value, cast);
  }
  const std::string source = Source(columns);
  copy_ = fmt::format("COPY {} ({}) FROM STDIN (FORMAT binary) WHERE random() >= 0", table, names);
  insert_ = fmt::format(
      "INSERT INTO {} ({}) SELECT {} FROM {} ON CONFLICT DO NOTHING RETURNING object_id", table,
      names, values, source);
  update_ = fmt::format(
      "UPDATE {} AS t SET {}revision = t.revision + 1, update_time = clock_timestamp() FROM {} "
      "WHERE t.object_id = d.object_id AND ({}) RETURNING t.object_id",
      table, sets, source, differences);
  exists_ = fmt::format("SELECT object_id FROM {} WHERE object_id = ANY ($1)", table);
}

std::string ObjectStatements::Find(std::size_t column) const {
  const model::Column& found = columns_[column].column;
  // Unique indexes hold values only, which the condition on NULL tells the planner.
  return fmt::format(
      "SELECT d.place, t.object_id FROM unnest($1::{}[]) WITH ORDINALITY AS d (value, place) "
      "JOIN {} AS t ON t.{} = d.value AND t.{} IS NOT NULL",
      SqlTypeOf(found.type), table_, QuoteIdentifier(found.field), QuoteIdentifier(found.field));
}

}  // namespace syncline::store
