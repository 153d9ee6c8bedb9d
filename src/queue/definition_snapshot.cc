#include <fmt/format.h>

#include "base/status.h"
#include "model/resource_name.h"
#include "queue/enqueue.h"
#include "store/built_in_types.h"
#include "store/oauth_token_store.h"
#include "store/proto_json.h"
#include "store/sql.h"
#include "syncline/v1/integration.pb.h"
#include "syncline/v1/mapping.pb.h"
#include "syncline/v1/object_type.pb.h"

namespace syncline::queue {
namespace {

// Columns of RunDefinitionOf.
constexpr int kUid = 0;
constexpr int kIntegration = 1;
constexpr int kObjectTypeId = 2;
constexpr int kMapping = 3;
constexpr int kMappingVersion = 4;
constexpr int kObjectType = 5;

absl::StatusOr<v1::ObjectType> ReadObjectType(const store::Result& row,
                                              const model::ObjectTypeName& name) {
  v1::ObjectType type;
  if (!row.IsNull(0, kObjectType)) {
    SYNCLINE_RETURN_IF_ERROR(store::FromProtoJson(row.Text(0, kObjectType), &type));
  } else if (const v1::ObjectType* built_in = store::FindBuiltInType(name.object_type);
             built_in != nullptr) {
    type = *built_in;
  } else {
    return base::Error(base::Reason::kNotFound, fmt::format("{} does not exist", name.ToString()),
                       {{"name", name.ToString()}});
  }
  type.set_name(name.ToString());
  return type;
}

}  // namespace

absl::StatusOr<DefinitionSnapshot> TakeDefinition(store::Transaction& transaction,
                                                  const std::string& workspace,
                                                  const std::string& integration) {
  const model::IntegrationName name{workspace, integration};
  SYNCLINE_ASSIGN_OR_RETURN(
      const store::Result row,
      transaction.Execute(store::sql::kRunDefinitionOf,
                          store::Parameters().Text(workspace).Text(integration)));
  if (row.empty()) {
    return base::Error(base::Reason::kNotFound, fmt::format("{} does not exist", name.ToString()),
                       {{"name", name.ToString()}});
  }
  v1::Mapping mapping;
  if (!row.IsNull(0, kMapping))
    SYNCLINE_RETURN_IF_ERROR(store::FromProtoJson(row.Text(0, kMapping), &mapping));
  if (mapping.sync_keys().empty()) {
    return base::Error(base::Reason::kMappingNotSet,
                       fmt::format("{} has no mapping with sync keys yet", name.ToString()));
  }
  DefinitionSnapshot snapshot{.integration_uid = row.Int64(0, kUid),
                              .mapping_version = row.Int64(0, kMappingVersion)};
  mapping.set_name(model::MappingName{workspace, integration}.ToString());
  mapping.set_version(snapshot.mapping_version);
  v1::Integration spec;
  SYNCLINE_RETURN_IF_ERROR(store::FromProtoJson(row.Text(0, kIntegration), &spec));
  spec.set_name(name.ToString());
  if (!spec.credential().empty()) {
    SYNCLINE_RETURN_IF_ERROR(store::CheckAuthorized(
        transaction, {{workspace, spec.credential()}, spec.credential_alternative()}));
  }
  SYNCLINE_ASSIGN_OR_RETURN(
      const v1::ObjectType type,
      ReadObjectType(row, {workspace, std::string(row.Text(0, kObjectTypeId))}));
  snapshot.json =
      fmt::format(R"({{"integration":{},"mapping":{},"object_type":{}}})", store::ToProtoJson(spec),
                  store::ToProtoJson(mapping), store::ToProtoJson(type));
  return snapshot;
}

}  // namespace syncline::queue
