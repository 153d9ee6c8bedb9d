#pragma once

#include <vector>

#include "absl/status/status.h"
#include "cli/definition.h"
#include "cli/session.h"

namespace syncline::cli {

// Creates or updates what `definitions` describe, in their order, and prints one line for each:
// created, updated, unchanged, failed or skipped (what it belongs to failed). A field that a
// definition leaves out gets its default, so applying twice changes nothing; only secrets are sent
// every time, because the server never shows the stored ones. A resource that changes between
// reading and writing fails with ETAG_MISMATCH instead of being overwritten.
//
// All failures come back as one error whose fields carry file and line.
absl::Status Apply(Session& session, const std::vector<Definition>& definitions, bool dry_run);

}  // namespace syncline::cli
