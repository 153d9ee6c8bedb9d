#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "model/resource_name.h"
#include "store/database.h"
#include "store/resource_row.h"
#include "syncline/v1/integration.pb.h"

namespace syncline::store {

// Rows of syncline.integration. Every function works inside the caller's transaction and keeps no
// state. Messages come back with name, etag and times filled in.

struct IntegrationRow {
  v1::Integration integration;
  std::int64_t uid = 0;  // the short key of its links; never reused
};

// ALREADY_EXISTS. The caller checked that credential and object type exist.
absl::StatusOr<IntegrationRow> InsertIntegration(Transaction& transaction,
                                                 const model::IntegrationName& name,
                                                 const v1::Integration& integration);
// NOT_FOUND.
absl::StatusOr<IntegrationRow> FindIntegration(Transaction& transaction,
                                               const model::IntegrationName& name,
                                               Lock lock = Lock::kNone);
// Up to `limit`, in order of id, after `after_id` ("" = from the start).
absl::StatusOr<std::vector<v1::Integration>> ListIntegrations(Transaction& transaction,
                                                              std::string_view workspace,
                                                              std::string_view after_id,
                                                              std::int64_t limit);
// NOT_FOUND. The caller compared the etag under Lock::kForUpdate; object_type does not change.
absl::StatusOr<IntegrationRow> UpdateIntegration(Transaction& transaction,
                                                 const model::IntegrationName& name,
                                                 const v1::Integration& integration);
// With its mapping and schedules; the run history stays. NOT_FOUND.
absl::Status DeleteIntegration(Transaction& transaction, const model::IntegrationName& name);
// The id of its run that has not ended, if there is one.
absl::StatusOr<std::optional<std::string>> ActiveRunOf(Transaction& transaction, std::int64_t uid);

}  // namespace syncline::store
