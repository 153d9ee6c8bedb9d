#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "credential/audit_log.h"
#include "secret/key_provider.h"
#include "store/database.h"
#include "store/sealed_rows.h"

namespace syncline::credential {

// Wraps the data keys of every sealed row with the active key, while servers run: in small batches
// of rows that nobody else holds, one transaction each, so that it can be ended at any time and
// started again. Only key_id and wrapped_key change; what is sealed is not opened. Lives on the
// stack of one command.
class KeyRotation {
 public:
  static constexpr std::int64_t kBatchRows = 20;
  // Rows that others hold are passed over; so many walks over a table look for them again.
  static constexpr int kWalksMax = 5;

  struct Report {
    std::string active_id;
    std::int64_t rewrapped = 0;
    std::int64_t corrupt = 0;         // rows that do not open: left as they are
    std::vector<store::KeyUse> uses;  // of all keys, afterwards
    std::int64_t behind() const;      // rows that another key wraps still
  };

  KeyRotation(store::Database& database, const secret::KeyProvider& keys, AuditLog& audit)
      : database_(database), keys_(keys), audit_(audit) {}

  // store::VerifyKeys has been called, so that the active key has its check value.
  // `on_progress` gets the number of rows done so far, after every batch. KEY_UNAVAILABLE: a key
  // is missing or out of reach; what was done until then stays. DATABASE_UNAVAILABLE.
  absl::StatusOr<Report> Run(const std::function<void(std::int64_t)>& on_progress);

 private:
  struct Batch {
    std::string last;  // place; "" = the walk is over
    std::int64_t rewrapped = 0;
    std::vector<std::string> corrupt;  // resources
  };
  // The number of rows that do not open.
  absl::StatusOr<std::int64_t> Walk(const store::SealedTable& table, Report& report,
                                    const std::function<void(std::int64_t)>& on_progress);
  // Reads, wraps and writes; keys are asked between the two transactions, never in one.
  absl::StatusOr<Batch> RewrapBatch(const store::SealedTable& table, const std::string& active_id,
                                    const std::string& after);

  store::Database& database_;
  const secret::KeyProvider& keys_;
  AuditLog& audit_;
};

}  // namespace syncline::credential
