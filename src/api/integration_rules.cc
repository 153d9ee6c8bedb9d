#include "api/integration_rules.h"

#include <optional>

#include "auth/alternative.h"
#include "fmt/format.h"
#include "mapping/compiled_mapping.h"
#include "pull/validate_integration.h"
#include "store/credential_store.h"
#include "store/mapping_store.h"
#include "store/object_type_store.h"

namespace syncline::api {
namespace {

// An unknown resource is a wrong field; any other error is the caller's.
absl::Status AddUnknown(const absl::Status& found, const char* field, std::string_view text,
                        base::FieldViolations& wrong) {
  if (found.ok() || base::ReasonOf(found) != base::Reason::kNotFound) return found;
  wrong.Add(field, std::string(text));
  return absl::OkStatus();
}

absl::Status CheckObjectType(store::Transaction& transaction, const std::string& workspace,
                             const std::string& id, base::FieldViolations& wrong) {
  if (!model::IsObjectTypeId(id)) {
    wrong.Add("integration.objectType",
              fmt::format("\"{}\" is not {}, such as \"user\" or \"asset\"", id,
                          model::kObjectTypeIdRule));
    return absl::OkStatus();
  }
  // The lock holds off a concurrent DeleteObjectType until this integration can be seen.
  return AddUnknown(
      store::FindObjectType(transaction, {workspace, id}, store::Lock::kForUpdate).status(),
      "integration.objectType",
      fmt::format("there is no object type \"{}\" in workspaces/{}", id, workspace), wrong);
}

absl::Status CheckCredential(store::Transaction& transaction, const std::string& workspace,
                             const v1::Integration& integration, base::FieldViolations& wrong) {
  const std::string& id = integration.credential();
  std::optional<v1::Credential> credential;
  if (!id.empty() && !model::IsResourceId(id)) {
    wrong.Add("integration.credential",
              fmt::format("\"{}\" is not {}; give the id alone", id, model::kResourceIdRule));
    return absl::OkStatus();
  }
  if (!id.empty()) {
    // The lock holds off a concurrent change until this integration can be seen.
    auto found = store::FindCredential(transaction, {workspace, id}, store::Lock::kForUpdate);
    if (!found.ok()) {
      return AddUnknown(
          found.status(), "integration.credential",
          fmt::format("there is no credential \"{}\" in workspaces/{}", id, workspace), wrong);
    }
    credential = *std::move(found);
  }
  base::FieldViolations picked;
  auth::CheckPickedSignIn(integration, credential.has_value() ? &*credential : nullptr, &picked);
  wrong.AddStatus("integration", picked.ToStatus());
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckIntegration(store::Transaction& transaction, const std::string& workspace,
                              const v1::Integration& integration, base::FieldViolations& wrong) {
  wrong.AddStatus("integration", pull::ValidateIntegration(integration));
  SYNCLINE_RETURN_IF_ERROR(
      CheckObjectType(transaction, workspace, integration.object_type(), wrong));
  return CheckCredential(transaction, workspace, integration, wrong);
}

absl::Status CheckMappingFits(store::Transaction& transaction, const model::IntegrationName& name,
                              const v1::Integration& before, const v1::Integration& integration,
                              base::FieldViolations& wrong) {
  SYNCLINE_ASSIGN_OR_RETURN(const v1::Mapping mapping,
                            store::FindMapping(transaction, {name.workspace, name.integration}));
  if (mapping.version() == 0) return absl::OkStatus();
  SYNCLINE_ASSIGN_OR_RETURN(
      const v1::ObjectType object_type,
      store::FindObjectType(transaction, {name.workspace, integration.object_type()}));
  mapping::Surroundings surroundings = mapping::SurroundingsOf(integration);
  const absl::Status fits = mapping::ValidateMapping(mapping, object_type, surroundings);
  if (fits.ok()) return absl::OkStatus();
  surroundings.levels = mapping::SurroundingsOf(before).levels;
  const bool fan_out = mapping::ValidateMapping(mapping, object_type, surroundings).ok();
  wrong.Add(fan_out ? "integration.fanOut" : "integration.vars",
            fmt::format("the mapping would no longer be valid: {}", base::MessageOf(fits)));
  return absl::OkStatus();
}

}  // namespace syncline::api
