#pragma once

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "pull/detail_plan.h"
#include "pull/fan_out_plan.h"
#include "pull/incremental_plan.h"
#include "pull/list.h"
#include "pull/request_scope.h"
#include "syncline/v1/integration.pb.h"

namespace syncline::pull {

// Everything that is wrong with how an integration asks, pages and finds its records, as one
// INVALID_ARGUMENT with fields in proto JSON spelling. Names of resources (`name`, `objectType`,
// `credential`) are checked where the resources are known.
absl::Status ValidateIntegration(const v1::Integration& integration);

// The parts of an integration that a run works with, compiled.
struct CompiledIntegration {
  std::shared_ptr<const IncrementalPlan> incremental;  // null without
  std::shared_ptr<const FanOutPlan> fan_out;
  std::shared_ptr<const List> list;  // its own
  std::shared_ptr<const DetailsPlan> details;
};

// INVALID_ARGUMENT with the mistakes that compiling them shows. `example` is what templates are
// tried out with, as in a first run.
absl::StatusOr<CompiledIntegration> CompileIntegration(const v1::Integration& integration,
                                                       const RunScope& example);

// Its `incremental` alone, with its constants; null without. What ValidateIntegration says of it.
absl::StatusOr<std::shared_ptr<const IncrementalPlan>> CompileIncremental(
    const v1::Integration& integration);

}  // namespace syncline::pull
