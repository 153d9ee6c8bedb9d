#pragma once

#include "absl/status/status.h"
#include "pull/list.h"
#include "request/text_templates.h"
#include "syncline/v1/integration.pb.h"

namespace syncline::pull {

// Everything that is wrong with how an integration asks, pages and finds its records, as one
// INVALID_ARGUMENT with fields in proto JSON spelling. Names of resources (`name`, `objectType`,
// `credential`) are checked where the resources are known.
absl::Status ValidateIntegration(const v1::Integration& integration);

// The integration's own list.
List::Definition DefinitionOf(const v1::Integration& integration);
// The names of a RunScope.
request::NamesInScope NamesOfRun();

}  // namespace syncline::pull
