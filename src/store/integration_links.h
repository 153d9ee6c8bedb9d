#pragma once

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "store/database.h"

namespace syncline::store {

// Removes what ties objects to an integration that goes away: its links, what is kept of its
// records, the marks of what its runs saw, and where its next incremental run would have begun. The
// objects themselves stay, for other integrations may keep them. In the caller's transaction;
// NOT_FOUND for an unknown workspace.
absl::Status DeleteIntegrationLinks(Transaction& transaction, std::string_view workspace,
                                    std::int64_t integration_uid);

}  // namespace syncline::store
