#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "model/resource_name.h"
#include "store/database.h"

namespace syncline::api {

// Schedules that the server paused because a credential wanted a person (REAUTH_REQUIRED) or was
// refused (AUTH_FAILED) go on, from their next tick. Both work in the caller's transaction.

// Of the integrations that use this sign-in of the credential; absent = any sign-in of it.
absl::Status ResumeSchedulesOf(store::Transaction& transaction, const model::CredentialName& name,
                               const std::optional<std::string>& alternative);
// Of one integration, which signs in otherwise now.
absl::Status ResumeSchedulesOf(store::Transaction& transaction, const model::IntegrationName& name);

}  // namespace syncline::api
