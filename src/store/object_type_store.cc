#include "store/object_type_store.h"

#include <algorithm>

#include "store/built_in_types.h"
#include "store/sql.h"
#include "store/workspace_store.h"

namespace syncline::store {
namespace {

std::string TableOf(const model::ObjectTypeName& name) {
  return fmt::format(R"("{}"."{}")", SchemaNameOf(name.workspace), name.object_type);
}

absl::StatusOr<v1::ObjectType> Read(const Result& result, int row,
                                    const model::ObjectTypeName& name) {
  SYNCLINE_ASSIGN_OR_RETURN(v1::ObjectType object_type,
                            ReadResource<v1::ObjectType>(result, row, name.ToString()));
  object_type.set_table(TableOf(name));
  return object_type;
}

v1::ObjectType BuiltIn(const v1::ObjectType& definition, const model::ObjectTypeName& name) {
  v1::ObjectType object_type = definition;
  object_type.set_name(name.ToString());
  object_type.set_built_in(true);
  object_type.set_table(TableOf(name));
  object_type.set_etag("built-in");
  return object_type;
}

std::string SpecOf(v1::ObjectType object_type) {
  object_type.clear_built_in();
  object_type.clear_table();
  return SpecJson(std::move(object_type));
}

Parameters KeyOf(const model::ObjectTypeName& name) {
  Parameters parameters;
  parameters.Text(name.workspace).Text(name.object_type);
  return parameters;
}

}  // namespace

absl::StatusOr<v1::ObjectType> InsertObjectType(Transaction& transaction,
                                                const model::ObjectTypeName& name,
                                                const v1::ObjectType& object_type) {
  if (FindBuiltInType(name.object_type) != nullptr) return AlreadyExists(name.ToString());
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result rows,
      transaction.Execute(sql::kObjectTypeInsert, KeyOf(name).Json(SpecOf(object_type))));
  if (rows.empty()) return AlreadyExists(name.ToString());
  return Read(rows, 0, name);
}

absl::StatusOr<v1::ObjectType> FindObjectType(Transaction& transaction,
                                              const model::ObjectTypeName& name, Lock lock) {
  if (const v1::ObjectType* definition = FindBuiltInType(name.object_type)) {
    // A built-in type exists in every workspace that exists.
    SYNCLINE_RETURN_IF_ERROR(FindWorkspace(transaction, {name.workspace}).status());
    return BuiltIn(*definition, name);
  }
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result rows,
      transaction.Execute(
          lock == Lock::kForUpdate ? sql::kObjectTypeFindForUpdate : sql::kObjectTypeFind,
          KeyOf(name)));
  if (rows.empty()) return NotFound(name.ToString());
  return Read(rows, 0, name);
}

absl::StatusOr<std::vector<v1::ObjectType>> ListObjectTypes(Transaction& transaction,
                                                            std::string_view workspace,
                                                            std::string_view after_id,
                                                            std::int64_t limit) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result rows,
      transaction.Execute(sql::kObjectTypeList,
                          Parameters().Text(workspace).Text(after_id).Int64(limit)));
  std::vector<v1::ObjectType> object_types;
  for (int row = 0; row < rows.size(); ++row) {
    const model::ObjectTypeName name{std::string(workspace), std::string(rows.Text(row, 4))};
    SYNCLINE_ASSIGN_OR_RETURN(object_types.emplace_back(), Read(rows, row, name));
  }
  for (const auto& [id, definition] : BuiltInTypes()) {
    if (std::string_view(id) > after_id) {
      object_types.push_back(BuiltIn(definition, {std::string(workspace), id}));
    }
  }
  std::ranges::sort(object_types, {}, &v1::ObjectType::name);
  if (std::ssize(object_types) > limit) {
    object_types.resize(static_cast<std::size_t>(limit));
  }
  return object_types;
}

absl::StatusOr<v1::ObjectType> UpdateObjectType(Transaction& transaction,
                                                const model::ObjectTypeName& name,
                                                const v1::ObjectType& object_type) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result rows,
      transaction.Execute(sql::kObjectTypeUpdate, KeyOf(name).Json(SpecOf(object_type))));
  if (rows.empty()) return NotFound(name.ToString());
  return Read(rows, 0, name);
}

absl::Status DeleteObjectType(Transaction& transaction, const model::ObjectTypeName& name) {
  SYNCLINE_ASSIGN_OR_RETURN(const Result rows,
                            transaction.Execute(sql::kObjectTypeDelete, KeyOf(name)));
  return rows.affected() == 0 ? NotFound(name.ToString()) : absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> ObjectTypeUsers(Transaction& transaction,
                                                         const model::ObjectTypeName& name,
                                                         std::int64_t limit) {
  SYNCLINE_ASSIGN_OR_RETURN(const Result rows,
                            transaction.Execute(sql::kObjectTypeUsers, KeyOf(name).Int64(limit)));
  std::vector<std::string> users;
  for (int row = 0; row < rows.size(); ++row) {
    users.push_back(
        model::IntegrationName{name.workspace, std::string(rows.Text(row, 0))}.ToString());
  }
  return users;
}

}  // namespace syncline::store
