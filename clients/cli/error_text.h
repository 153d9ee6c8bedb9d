#pragma once

#include <string>

#include "absl/status/status.h"

namespace syncline::cli {

// An error as one block for people: message and reason, then facts, then each wrong field.
std::string ErrorText(const absl::Status& status);

}  // namespace syncline::cli
