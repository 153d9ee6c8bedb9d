#include "api/object_handler.h"

#include <charconv>

#include "model/resource_name.h"
#include "store/object_store.h"
#include "store/object_type_store.h"

namespace syncline::api {
namespace {

using model::ObjectName;
using model::ObjectTypeName;
using store::Transaction;

}  // namespace

absl::StatusOr<v1::Object> ObjectHandler::Get(const v1::GetObjectRequest& request) const {
  SYNCLINE_ASSIGN_OR_RETURN(const auto name, ParseName<ObjectName>(request.name(), "name"));
  return ReadInTransaction(
      environment_.database, [&](Transaction& transaction) -> absl::StatusOr<v1::Object> {
        SYNCLINE_ASSIGN_OR_RETURN(
            const v1::ObjectType type,
            store::FindObjectType(transaction, {name.workspace, name.object_type}));
        return store::FindObject(transaction, name, type);
      });
}

absl::StatusOr<v1::ListObjectsResponse> ObjectHandler::List(
    const v1::ListObjectsRequest& request) const {
  SYNCLINE_ASSIGN_OR_RETURN(const auto parent,
                            ParseName<ObjectTypeName>(request.parent(), "parent"));
  using Items = std::vector<v1::Object>;
  return ListPage<v1::ListObjectsResponse>(
      environment_.page_tokens, request, &v1::ListObjectsResponse::mutable_objects,
      [&](const std::string& after, int limit) {
        std::int64_t after_id = 0;
        std::from_chars(after.data(), after.data() + after.size(), after_id);
        return ReadInTransaction(
            environment_.database, [&](Transaction& transaction) -> absl::StatusOr<Items> {
              SYNCLINE_ASSIGN_OR_RETURN(const v1::ObjectType type,
                                        store::FindObjectType(transaction, parent));
              return store::ListObjects(transaction, parent, type, request.filter(), after_id,
                                        limit);
            });
      },
      [](const v1::Object& object) { return LastId(object.name()); });
}

}  // namespace syncline::api
