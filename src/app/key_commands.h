#pragma once

#include <ostream>

#include "absl/status/status.h"
#include "app/config.h"
#include "base/log.h"

namespace syncline::app {

// `synclined keys rotate` and `keys list`, with the settings of a server, beside servers that run.
// The database must be up and migrated; the embedded one is that of the running server. Called
// once per process.

// Wraps every data key with the active key, printing counts, and says which keys are not needed any
// more. KEY_UNAVAILABLE, DATABASE_UNAVAILABLE: what was done stays, and a second call goes on.
absl::Status RotateKeys(const Config& config, base::Logger& logger, std::ostream& out);

// One line a key: its id, whether it seals, opens or is missing, and the rows it seals.
// DATABASE_UNAVAILABLE, KEY_UNAVAILABLE while the provider cannot be reached.
absl::Status ListKeys(const Config& config, base::Logger& logger, std::ostream& out);

}  // namespace syncline::app
