#pragma once

#include <string>

#include "absl/status/status.h"
#include "base/status.h"
#include "model/resource_name.h"
#include "store/database.h"
#include "syncline/v1/integration.pb.h"

namespace syncline::api {

// Everything that is wrong with an integration, the resources it names included; adds to `wrong`
// under "integration". An error is one of the database only.
absl::Status CheckIntegration(store::Transaction& transaction, const std::string& workspace,
                              const v1::Integration& integration, base::FieldViolations& wrong);

// Whether the integration's mapping, once set, still compiles with its changed `vars` and `fanOut`:
// a mistake is reported when it is saved, not by the next run. `before` is what is stored.
absl::Status CheckMappingFits(store::Transaction& transaction, const model::IntegrationName& name,
                              const v1::Integration& before, const v1::Integration& integration,
                              base::FieldViolations& wrong);

}  // namespace syncline::api
