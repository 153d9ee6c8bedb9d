#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/hash.h"
#include "store/database.h"

namespace syncline::load {

// What earlier pages kept of the records of one integration (PageCommit::versions). Safe for
// concurrent use; made per run.
class RecordVersions {
 public:
  RecordVersions(store::Database& database, const std::string& workspace,
                 std::int64_t integration_uid);

  // For each record, the link with which it was written in that version; 0 when it was not, or when
  // the link is gone. The two lists are of one length. DATABASE_UNAVAILABLE.
  absl::StatusOr<std::vector<std::int64_t>> FindUnchanged(
      const std::vector<base::Hash128>& records, const std::vector<base::Hash128>& versions) const;

 private:
  store::Database& database_;
  const std::int64_t integration_uid_;
  const std::string unchanged_;  // the statement
};

}  // namespace syncline::load
