#pragma once

#include <chrono>
#include <optional>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "expression/value.h"

namespace syncline::pull {

// How long a value of the vendor asks to wait from `now`: seconds as a number or its text, or a
// date (ISO 8601 with a time and an offset, or RFC 9110); 0 for one in the past, a year at most.
// nullopt for null. EXPRESSION_FAILED for anything else.
absl::StatusOr<std::optional<std::chrono::milliseconds>> ReadWait(const expression::Value& value,
                                                                  base::Time now);

}  // namespace syncline::pull
