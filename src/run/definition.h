#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "syncline/v1/integration.pb.h"
#include "syncline/v1/mapping.pb.h"
#include "syncline/v1/object_type.pb.h"

namespace syncline::run {

// What a run runs with, as it was when the run was queued (queue::TakeDefinition).
struct Definition {
  v1::Integration integration;
  v1::Mapping mapping;
  v1::ObjectType object_type;
};

// INTERNAL for text that is none.
absl::StatusOr<Definition> ParseDefinition(const std::string& json);

}  // namespace syncline::run
