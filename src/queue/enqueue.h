#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "model/run.h"
#include "store/database.h"

namespace syncline::queue {

// What a run runs with, taken once when it is queued: later edits do not touch it.
struct DefinitionSnapshot {
  std::int64_t integration_uid = 0;
  std::int64_t mapping_version = 0;
  std::string json;  // {"integration": …, "mapping": …, "object_type": …} in proto JSON
};

// Reads the snapshot of an integration as it is now. NOT_FOUND for an unknown integration,
// MAPPING_NOT_SET while it has no mapping with sync keys, REAUTH_REQUIRED while its credential
// wants a person.
absl::StatusOr<DefinitionSnapshot> TakeDefinition(store::Transaction& transaction,
                                                  const std::string& workspace,
                                                  const std::string& integration);

struct EnqueueRequest {
  std::string workspace;
  std::string integration;
  model::RunTrigger trigger = model::RunTrigger::kManual;
  std::optional<std::string> schedule;     // with kSchedule: its id …
  std::optional<base::Time> nominal_time;  // … and its tick
  bool full = false;                       // see v1::Run.full
  DefinitionSnapshot definition;
};

// Puts a run in the queue: its row, its queue row and event 1 (`queued`). The run may start as soon
// as the transaction commits. RUN_ACTIVE (metadata "run" = full name) while the integration has a
// run that has not ended, ALREADY_EXISTS when the tick has its run; after either, nothing was
// written and the transaction goes on.
absl::Status Enqueue(store::Transaction& transaction, const EnqueueRequest& request,
                     const std::string& run_id);

// Ends a queued run at once, or, when it may have left an export that is to be cleaned up, lets the
// next worker end it and do that; asks the owner of a running one to stop at the next occasion, at
// the latest within its page. RUN_NOT_ACTIVE when it has ended. The caller has checked that it
// exists.
absl::Status RequestCancel(store::Transaction& transaction, const std::string& run_id);

}  // namespace syncline::queue
