#include "api/mapping_handler.h"

#include <google/protobuf/util/message_differencer.h>

#include "api/etag.h"
#include "api/mutation.h"
#include "api/update_mask.h"
#include "mapping/compiled_mapping.h"
#include "model/resource_name.h"
#include "store/integration_store.h"
#include "store/mapping_store.h"
#include "store/object_type_store.h"

namespace syncline::api {
namespace {

using google::protobuf::util::MessageDifferencer;
using model::MappingName;
using store::Transaction;

const UpdateRules kRules{.ignored = {"name", "version", "update_time", "etag"}};

absl::Status Validate(Transaction& transaction, const MappingName& name,
                      const v1::Mapping& mapping) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const store::IntegrationRow row,
      store::FindIntegration(transaction, {name.workspace, name.integration}));
  SYNCLINE_ASSIGN_OR_RETURN(
      const v1::ObjectType object_type,
      store::FindObjectType(transaction, {name.workspace, row.integration.object_type()}));
  base::FieldViolations wrong;
  wrong.AddStatus("mapping", mapping::ValidateMapping(mapping, object_type,
                                                      mapping::SurroundingsOf(row.integration)));
  return wrong.ToStatus();
}

}  // namespace

absl::StatusOr<v1::Mapping> MappingHandler::Get(const v1::GetMappingRequest& request) const {
  SYNCLINE_ASSIGN_OR_RETURN(const auto name, ParseName<MappingName>(request.name(), "name"));
  return ReadInTransaction(environment_.database, [&](Transaction& transaction) {
    return store::FindMapping(transaction, name);
  });
}

absl::StatusOr<v1::Mapping> MappingHandler::Update(const v1::UpdateMappingRequest& request) const {
  SYNCLINE_ASSIGN_OR_RETURN(const auto name,
                            ParseName<MappingName>(request.mapping().name(), "mapping.name"));
  return Mutate<v1::Mapping>(
      environment_.database, "syncline.v1.MappingService/UpdateMapping", name.workspace, request,
      [&](Transaction& transaction) -> absl::StatusOr<v1::Mapping> {
        SYNCLINE_ASSIGN_OR_RETURN(const v1::Mapping stored,
                                  store::FindMapping(transaction, name, store::Lock::kForUpdate));
        SYNCLINE_RETURN_IF_ERROR(
            CheckEtag(request.mapping().etag(), stored.etag(), name.ToString()));
        v1::Mapping merged = stored;
        SYNCLINE_RETURN_IF_ERROR(
            ApplyUpdateMask(request.update_mask(), request.mapping(), kRules, "mapping", &merged));
        SYNCLINE_RETURN_IF_ERROR(Validate(transaction, name, merged));
        // A new version would make the next run write every record again.
        if (MessageDifferencer::Equals(merged, stored)) return stored;
        return store::UpdateMapping(transaction, name, merged);
      });
}

}  // namespace syncline::api
