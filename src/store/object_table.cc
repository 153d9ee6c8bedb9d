#include "store/object_table.h"

#include <map>
#include <set>

#include "base/hash.h"
#include "base/status.h"
#include "fmt/format.h"
#include "store/sql.h"
#include "store/workspace_schema.h"

namespace syncline::store {
namespace {

using v1::Field;

struct TableColumn {
  std::string type;
  bool not_null = false;
};

std::string ColumnDefinition(const Field& field) {
  return fmt::format("{} {}{}", QuoteIdentifier(field.name()), ColumnTypeName(field.type()),
                     field.required() ? " NOT NULL" : "");
}

// Typed columns load twice as fast as jsonb and take a third of the space. The bookkeeping columns
// stand last in the definition, so that a reader of the table sees the fields first.
std::string CreateText(const v1::ObjectType& type) {
  std::string text = fmt::format("CREATE TABLE {} (object_id bigint PRIMARY KEY", type.table());
  for (const Field& field : type.fields()) text += ", " + ColumnDefinition(field);
  // Room on each page lets an update stay there and spare the indexes.
  return text +
         ", revision bigint NOT NULL DEFAULT 1"
         ", create_time timestamptz NOT NULL DEFAULT now()"
         ", update_time timestamptz NOT NULL DEFAULT now()"
         ", archive_time timestamptz) WITH (fillfactor = 90)";
}

absl::StatusOr<std::map<std::string, TableColumn>> ColumnsOf(Transaction& transaction,
                                                             const v1::ObjectType& type) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result rows,
      transaction.Execute(sql::kObjectTableColumns, Parameters().Text(type.table())));
  std::map<std::string, TableColumn> columns;
  for (int row = 0; row < rows.size(); ++row) {
    columns[std::string(rows.Text(row, 0))] = {std::string(rows.Text(row, 1)), rows.Bool(row, 2)};
  }
  return columns;
}

// Compares the columns that exist with the fields; fields without a column are collected in
// `lacking`.
absl::Status Compare(const v1::ObjectType& type, const std::map<std::string, TableColumn>& columns,
                     std::vector<const Field*>* lacking) {
  std::string drift;
  for (const char* own : {"object_id", "revision", "create_time", "update_time", "archive_time"}) {
    if (!columns.contains(own)) drift += fmt::format("; column {} is gone", own);
  }
  for (const Field& field : type.fields()) {
    const auto found = columns.find(field.name());
    if (found == columns.end()) {
      lacking->push_back(&field);
    } else if (found->second.type != ColumnTypeName(field.type())) {
      drift += fmt::format("; column {} is {}, not {}", field.name(), found->second.type,
                           ColumnTypeName(field.type()));
    }
  }
  if (drift.empty()) return absl::OkStatus();
  return base::Error(
      base::Reason::kSchemaDrift,
      fmt::format("the table {} was changed by hand: {}", type.table(), drift.substr(2)),
      {{"table", type.table()}});
}

absl::StatusOr<std::vector<const Field*>> FieldsLackingIndex(Transaction& transaction,
                                                             const v1::ObjectType& type) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result rows,
      transaction.Execute(sql::kObjectTableIndexes, Parameters().Text(type.table())));
  std::set<std::string, std::less<>> present;
  for (int row = 0; row < rows.size(); ++row) present.emplace(rows.Text(row, 0));
  std::vector<const Field*> lacking;
  for (const Field& field : type.fields()) {
    const bool found = present.contains(UniqueIndexName(type, field.name()));
    if (field.unique() && !found) lacking.push_back(&field);
  }
  return lacking;
}

absl::Status AddUniqueIndexes(Transaction& transaction, const v1::ObjectType& type) {
  SYNCLINE_ASSIGN_OR_RETURN(const auto lacking, FieldsLackingIndex(transaction, type));
  for (const Field* field : lacking) {
    // Only values are indexed: a field that an integration does not map costs its load nothing.
    SYNCLINE_RETURN_IF_ERROR(transaction.ExecuteScript(fmt::format(
        "CREATE UNIQUE INDEX {0} ON {1} ({2}) WHERE {2} IS NOT NULL",
        UniqueIndexName(type, field->name()), type.table(), QuoteIdentifier(field->name()))));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> Fits(Transaction& transaction, const v1::ObjectType& type) {
  SYNCLINE_ASSIGN_OR_RETURN(const auto columns, ColumnsOf(transaction, type));
  if (columns.empty()) return false;
  std::vector<const Field*> lacking;
  SYNCLINE_RETURN_IF_ERROR(Compare(type, columns, &lacking));
  if (!lacking.empty()) return false;
  SYNCLINE_ASSIGN_OR_RETURN(const auto unindexed, FieldsLackingIndex(transaction, type));
  return unindexed.empty();
}

}  // namespace

std::string_view ColumnTypeName(Field::Type type) {
  switch (type) {
    case Field::TYPE_INTEGER: return "bigint";
    case Field::TYPE_NUMBER: return "numeric";
    case Field::TYPE_BOOLEAN: return "boolean";
    case Field::TYPE_TIMESTAMP: return "timestamp with time zone";
    case Field::TYPE_DATE: return "date";
    case Field::TYPE_JSON: return "jsonb";
    default: return "text";
  }
}

std::string UniqueIndexName(const v1::ObjectType& type, std::string_view field) {
  const base::Hash128 hash = base::HashBytes(fmt::format("{} {}", type.table(), field));
  return fmt::format("syncline_unique_{:016x}", hash.low);
}

std::string FieldOfUniqueIndex(const v1::ObjectType& type, std::string_view index) {
  for (const Field& field : type.fields()) {
    if (field.unique() && UniqueIndexName(type, field.name()) == index) return field.name();
  }
  return "";
}

absl::Status EnsureObjectTable(Transaction& transaction, const v1::ObjectType& type) {
  SYNCLINE_ASSIGN_OR_RETURN(bool fits, Fits(transaction, type));
  if (fits) return absl::OkStatus();
  SYNCLINE_RETURN_IF_ERROR(
      transaction.Execute(sql::kObjectTableLock, Parameters().Text(type.table())).status());
  SYNCLINE_ASSIGN_OR_RETURN(const auto columns, ColumnsOf(transaction, type));
  if (columns.empty()) {
    SYNCLINE_RETURN_IF_ERROR(transaction.ExecuteScript(CreateText(type)));
  } else {
    std::vector<const Field*> lacking;
    SYNCLINE_RETURN_IF_ERROR(Compare(type, columns, &lacking));
    for (const Field* field : lacking) {
      SYNCLINE_RETURN_IF_ERROR(transaction.ExecuteScript(
          fmt::format("ALTER TABLE {} ADD COLUMN {}", type.table(), ColumnDefinition(*field))));
    }
  }
  return AddUniqueIndexes(transaction, type);
}

absl::Status DropObjectTable(Transaction& transaction, const v1::ObjectType& type) {
  return transaction.ExecuteScript(fmt::format("DROP TABLE IF EXISTS {}", type.table()));
}

}  // namespace syncline::store
