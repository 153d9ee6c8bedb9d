#pragma once

#include "base/status.h"
#include "syncline/v1/integration.pb.h"

namespace syncline::pull {

// Fields of the contract that this build does not act on yet. Whoever sets one is told so when it
// is saved: a definition never means less than it says.
void CheckUnbuilt(const v1::Integration& integration, base::FieldViolations* violations);

}  // namespace syncline::pull
