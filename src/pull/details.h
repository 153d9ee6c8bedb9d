#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/worker_pool.h"
#include "expression/expression.h"
#include "pull/detail_plan.h"
#include "pull/known_records.h"
#include "pull/partition.h"
#include "pull/request_scope.h"
#include "pull/vendor_client.h"

namespace syncline::pull {

// A record whose detail failed: a reject.
struct FailedRecord {
  std::int64_t index = 0;  // in the page, from 0
  std::string message;
};

// A record that did not change since an earlier run, and its link there.
struct UnchangedRecord {
  std::int64_t index = 0;
  std::int64_t link_id = 0;
};

// What is to be kept of a record once it is written, so that a later run may leave it out.
struct VersionedRecord {
  std::int64_t index = 0;
  RecordVersion version;
};

// The records of a page with what their details yielded.
struct DetailedRecords {
  expression::Value records;               // an array; as it was where there are no details
  std::shared_ptr<const void> owner;       // of what the details added; not of the page itself
  std::vector<FailedRecord> failed;        // in order of index
  std::vector<UnchangedRecord> unchanged;  // likewise; without details
  std::vector<VersionedRecord> versions;   // likewise, of neither of these
  std::int64_t tolerated_count = 0;        // details that failed and left null instead
  std::int64_t response_bytes = 0;         // decoded bodies of their answers
};

// Asks for the details of the records of a page, several at a time, and merges them. Owned by the
// puller; safe for concurrent use by the lanes of a fan-out, which share its threads.
class Details {
 public:
  // What the details of one page may hold in memory: documents, about three times their text.
  static constexpr std::int64_t kHeldBytesMax = std::int64_t{256} << 20;

  // How unchanged records are found; without it, none are.
  struct Known {
    const KnownRecords* records = nullptr;
    std::uint64_t salt = 0;  // SaltOf
  };
  // The references must outlive it.
  // `record_count_max`: of a page, how many of the first records get their details; 0 = all.
  Details(std::shared_ptr<const DetailsPlan> plan, Known known, VendorClient& client,
          const RunScope& run, std::size_t record_count_max = 0);
  Details(const Details&) = delete;
  Details& operator=(const Details&) = delete;

  // `partition` gives the names that the requests see beside `record` and `page`; `page_number` is
  // that of the records in it. What a detail
  // fails with rejects its record or is tolerated, but for what would fail with every other one as
  // well: AUTH_FAILED, SIGN_IN_FAILED, REAUTH_REQUIRED, VENDOR_THROTTLED, what the sign-in needs of
  // the database and of keys, RESPONSE_TOO_LARGE past kHeldBytesMax; what KnownRecords says;
  // CANCELLED.
  absl::StatusOr<DetailedRecords> Complete(const expression::Value& records,
                                           const Partition& partition, std::int64_t page_number,
                                           std::stop_token stop) const;

 private:
  const std::shared_ptr<const DetailsPlan> plan_;
  const Known known_;
  VendorClient& client_;
  const RunScope& run_;
  const std::size_t record_count_max_;
  const std::unique_ptr<base::WorkerPool> pool_;  // null: one at a time
};

}  // namespace syncline::pull
