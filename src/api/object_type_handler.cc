#include "api/object_type_handler.h"

#include <google/protobuf/util/message_differencer.h>

#include "api/etag.h"
#include "api/mutation.h"
#include "api/object_type_rules.h"
#include "api/update_mask.h"
#include "model/resource_name.h"
#include "store/built_in_types.h"
#include "store/object_table.h"
#include "store/object_type_store.h"
#include "store/workspace_store.h"

namespace syncline::api {
namespace {

using google::protobuf::Empty;
using google::protobuf::util::MessageDifferencer;
using model::ObjectTypeName;
using model::WorkspaceName;
using store::Transaction;

const UpdateRules kRules{
    .ignored = {"name", "built_in", "table", "create_time", "update_time", "etag"}};

absl::Status CheckCustom(const ObjectTypeName& name, const char* field) {
  if (store::FindBuiltInType(name.object_type) == nullptr) return absl::OkStatus();
  return base::InvalidFields(
      {{field, fmt::format("\"{}\" is built in and can be neither changed nor deleted; make a type "
                           "of your own instead",
                           name.object_type)}});
}

}  // namespace

absl::StatusOr<v1::ObjectType> ObjectTypeHandler::Create(
    const v1::CreateObjectTypeRequest& request) const {
  SYNCLINE_ASSIGN_OR_RETURN(const auto parent,
                            ParseName<WorkspaceName>(request.parent(), "parent"));
  const ObjectTypeName name{parent.workspace, request.object_type_id()};
  base::FieldViolations wrong;
  CheckId(wrong, "objectTypeId", name.object_type, model::IsObjectTypeId(name.object_type),
          model::kObjectTypeIdRule);
  CheckObjectType(request.object_type(), wrong);
  SYNCLINE_RETURN_IF_ERROR(wrong.ToStatus());
  return Mutate<v1::ObjectType>(
      environment_.database, "syncline.v1.ObjectTypeService/CreateObjectType", name.workspace,
      request, [&](Transaction& transaction) -> absl::StatusOr<v1::ObjectType> {
        SYNCLINE_RETURN_IF_ERROR(store::FindWorkspace(transaction, parent).status());
        SYNCLINE_ASSIGN_OR_RETURN(
            v1::ObjectType created,
            store::InsertObjectType(transaction, name, request.object_type()));
        SYNCLINE_RETURN_IF_ERROR(store::EnsureObjectTable(transaction, created));
        return created;
      });
}

absl::StatusOr<v1::ObjectType> ObjectTypeHandler::Get(
    const v1::GetObjectTypeRequest& request) const {
  SYNCLINE_ASSIGN_OR_RETURN(const auto name, ParseName<ObjectTypeName>(request.name(), "name"));
  return ReadInTransaction(environment_.database, [&](Transaction& transaction) {
    return store::FindObjectType(transaction, name);
  });
}

absl::StatusOr<v1::ListObjectTypesResponse> ObjectTypeHandler::List(
    const v1::ListObjectTypesRequest& request) const {
  SYNCLINE_ASSIGN_OR_RETURN(const auto parent,
                            ParseName<WorkspaceName>(request.parent(), "parent"));
  using Items = std::vector<v1::ObjectType>;
  return ListPage<v1::ListObjectTypesResponse>(
      environment_.page_tokens, request, &v1::ListObjectTypesResponse::mutable_object_types,
      [&](const std::string& after, int limit) {
        return ReadInTransaction(
            environment_.database, [&](Transaction& transaction) -> absl::StatusOr<Items> {
              SYNCLINE_RETURN_IF_ERROR(store::FindWorkspace(transaction, parent).status());
              return store::ListObjectTypes(transaction, parent.workspace, after, limit);
            });
      },
      [](const v1::ObjectType& object_type) { return LastId(object_type.name()); });
}

absl::StatusOr<v1::ObjectType> ObjectTypeHandler::Update(
    const v1::UpdateObjectTypeRequest& request) const {
  SYNCLINE_ASSIGN_OR_RETURN(
      const auto name, ParseName<ObjectTypeName>(request.object_type().name(), "objectType.name"));
  SYNCLINE_RETURN_IF_ERROR(CheckCustom(name, "objectType.name"));
  return Mutate<v1::ObjectType>(
      environment_.database, "syncline.v1.ObjectTypeService/UpdateObjectType", name.workspace,
      request, [&](Transaction& transaction) -> absl::StatusOr<v1::ObjectType> {
        SYNCLINE_ASSIGN_OR_RETURN(
            const v1::ObjectType stored,
            store::FindObjectType(transaction, name, store::Lock::kForUpdate));
        SYNCLINE_RETURN_IF_ERROR(
            CheckEtag(request.object_type().etag(), stored.etag(), name.ToString()));
        v1::ObjectType merged = stored;
        SYNCLINE_RETURN_IF_ERROR(ApplyUpdateMask(request.update_mask(), request.object_type(),
                                                 kRules, "objectType", &merged));
        base::FieldViolations wrong;
        CheckObjectType(merged, wrong);
        CheckObjectTypeChange(stored, merged, wrong);
        SYNCLINE_RETURN_IF_ERROR(wrong.ToStatus());
        if (MessageDifferencer::Equals(merged, stored)) return stored;
        SYNCLINE_ASSIGN_OR_RETURN(v1::ObjectType updated,
                                  store::UpdateObjectType(transaction, name, merged));
        SYNCLINE_RETURN_IF_ERROR(store::EnsureObjectTable(transaction, updated));
        return updated;
      });
}

absl::StatusOr<Empty> ObjectTypeHandler::Delete(const v1::DeleteObjectTypeRequest& request) const {
  SYNCLINE_ASSIGN_OR_RETURN(const auto name, ParseName<ObjectTypeName>(request.name(), "name"));
  SYNCLINE_RETURN_IF_ERROR(CheckCustom(name, "name"));
  return Mutate<Empty>(
      environment_.database, "syncline.v1.ObjectTypeService/DeleteObjectType", name.workspace,
      request, [&](Transaction& transaction) -> absl::StatusOr<Empty> {
        SYNCLINE_ASSIGN_OR_RETURN(
            const v1::ObjectType stored,
            store::FindObjectType(transaction, name, store::Lock::kForUpdate));
        SYNCLINE_RETURN_IF_ERROR(CheckEtag(request.etag(), stored.etag(), name.ToString()));
        SYNCLINE_ASSIGN_OR_RETURN(const std::vector<std::string> users,
                                  store::ObjectTypeUsers(transaction, name, kUsersNamedMax));
        if (!users.empty()) return InUse(name.ToString(), users);
        SYNCLINE_RETURN_IF_ERROR(store::DropObjectTable(transaction, stored));
        SYNCLINE_RETURN_IF_ERROR(store::DeleteObjectType(transaction, name));
        return Empty();
      });
}

}  // namespace syncline::api
