#include "pull/validate_integration.h"

#include <fmt/format.h>

#include "base/status.h"
#include "pull/limits.h"
#include "pull/request_scope.h"
#include "pull/unbuilt_fields.h"
#include "request/vars.h"

namespace syncline::pull {
namespace {

constexpr std::size_t kDisplayNameBytesMax = 255;
// What templates are rendered with when a definition is saved.
constexpr base::Time kExampleStart{std::chrono::hours(24)};

}  // namespace

List::Definition DefinitionOf(const v1::Integration& integration) {
  List::Definition definition{.request = integration.request(),
                              .records = integration.records(),
                              .response = integration.response(),
                              .record_steps = integration.record_steps()};
  if (integration.has_pagination()) definition.pagination = integration.pagination();
  return definition;
}

request::NamesInScope NamesOfRun() { return {"vars", "run"}; }

absl::Status ValidateIntegration(const v1::Integration& integration) {
  base::FieldViolations violations;
  if (integration.display_name().size() > kDisplayNameBytesMax) {
    violations.Add("displayName", fmt::format("is longer than {} bytes", kDisplayNameBytesMax));
  }
  CheckUnbuilt(integration, &violations);
  const request::Vars vars = request::Sorted(integration.vars());
  request::CheckVars(vars, &violations);
  const RunScope example(vars, kExampleStart);
  violations.AddStatus("", List::Compile(DefinitionOf(integration),
                                         {.names = NamesOfRun(), .example = example.names()})
                               .status());
  CheckLimits(integration.limits(), &violations);
  return violations.ToStatus();
}

}  // namespace syncline::pull
