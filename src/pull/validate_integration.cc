#include "pull/validate_integration.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/status.h"
#include "pull/limits.h"
#include "pull/request_scope.h"
#include "pull/watermark.h"
#include "request/vars.h"

namespace syncline::pull {
namespace {

constexpr std::size_t kDisplayNameBytesMax = 255;
// What templates are rendered with when a definition is saved.
constexpr base::Time kExampleStart{std::chrono::hours(24)};

// The integration's own list.
List::Definition DefinitionOf(const v1::Integration& integration) {
  List::Definition definition{.request = integration.request(),
                              .records = integration.records(),
                              .response = integration.response(),
                              .record_steps = integration.record_steps()};
  if (integration.has_pagination()) definition.pagination = integration.pagination();
  if (integration.has_export_job()) definition.export_job = integration.export_job();
  definition.may_be_cut = true;
  return definition;
}

// Whether the state of an incremental list stands in the bodies of its answers, which are then
// held.
bool ReadsStateFromBody(const IncrementalPlan* plan) {
  if (plan == nullptr || plan->response_field() == nullptr) return false;
  const std::vector<std::string> names = plan->response_field()->RootNames();
  return std::ranges::find(names, "response") != names.end();
}

}  // namespace

absl::StatusOr<CompiledIntegration> CompileIntegration(const v1::Integration& integration,
                                                       const RunScope& example) {
  base::FieldViolations violations;
  CompiledIntegration compiled;
  auto fan_out = FanOutPlan::Compile(integration, example);
  violations.AddStatus("", fan_out.status());
  expression::Scope scope = example.names();
  ListPlace place{.names = {"vars", "run"}, .example = scope};
  if (integration.has_fan_out()) {
    place.unknown = {kParents, kParent};
    // When its levels are wrong, mistakes in their names would only be told twice.
    place.names = fan_out.ok() ? (*fan_out)->names()
                               : request::NamesInScope{"vars", "run", kParents, kParent};
  }
  auto details = DetailsPlan::Compile(integration, place);
  // When `incremental` is wrong, that is told, and its cursor takes no part in what else is.
  expression::Scope state;
  state.Set("cursor", expression::Value::String("0"));
  std::unique_ptr<Watermark> first_run;
  if (integration.has_incremental()) {
    place.names.emplace_back("state");
    scope.Set("state", state.value());
    auto plan = IncrementalPlan::Compile(integration.incremental(), example.names());
    violations.AddStatus("incremental", plan.status());
    if (plan.ok()) {
      compiled.incremental = *std::move(plan);
      SYNCLINE_ASSIGN_OR_RETURN(
          std::string initial, compiled.incremental->Initial(example.names(), example.run_start()));
      first_run = std::make_unique<Watermark>(compiled.incremental, example.run_start(),
                                              std::move(initial));
      first_run->Begin(std::nullopt);
      scope.Set("state", first_run->value());
    }
  }
  if (integration.has_export_job() && integration.fan_out().parallel_count() > 1) {
    violations.Add("fanOut.parallelCount",
                   "must be 1 with exportJob: a run that goes on after a crash goes on with the "
                   "one job that it ordered last");
  }
  List::Definition definition = DefinitionOf(integration);
  if (ReadsStateFromBody(compiled.incremental.get())) {
    definition.may_be_cut = false;
    if (integration.response().stream()) {
      violations.Add("incremental.responseField",
                     "'response' is not held with response.stream; `headers` are");
    }
  }
  auto list = List::Compile(definition, place);
  violations.AddStatus("", list.status());
  violations.AddStatus("", details.status());
  SYNCLINE_RETURN_IF_ERROR(violations.ToStatus());
  compiled.fan_out = *std::move(fan_out);
  compiled.list = *std::move(list);
  compiled.details = *std::move(details);
  return compiled;
}

absl::StatusOr<std::shared_ptr<const IncrementalPlan>> CompileIncremental(
    const v1::Integration& integration) {
  if (!integration.has_incremental()) return nullptr;
  const request::Vars vars = request::Sorted(integration.vars());
  return IncrementalPlan::Compile(integration.incremental(), RunScope(vars, kExampleStart).names());
}

absl::Status ValidateIntegration(const v1::Integration& integration) {
  base::FieldViolations violations;
  if (integration.display_name().size() > kDisplayNameBytesMax) {
    violations.Add("displayName", fmt::format("is longer than {} bytes", kDisplayNameBytesMax));
  }
  const request::Vars vars = request::Sorted(integration.vars());
  request::CheckVars(vars, &violations);
  const RunScope example(vars, kExampleStart);
  violations.AddStatus("", CompileIntegration(integration, example).status());
  CheckLimits(integration.limits(), &violations);
  return violations.ToStatus();
}

}  // namespace syncline::pull
