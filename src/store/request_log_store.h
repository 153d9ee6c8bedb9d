#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/hash.h"
#include "store/database.h"

namespace syncline::store {

// Answers of mutations by request_id (google.aip.dev/155), written in the transaction of the
// change.

struct RequestLogRow {
  std::string method;
  base::Hash128 request_hash;
  std::string response;  // the serialized answer; never holds a secret
};

// Nullopt when the id was not used in the last 24 hours.
absl::StatusOr<std::optional<RequestLogRow>> FindRequest(Transaction& transaction,
                                                         std::string_view workspace,
                                                         std::string_view request_id);
// DATABASE_CONFLICT when a concurrent request with the same id was first: the transaction is run
// again and finds its answer.
absl::Status InsertRequest(Transaction& transaction, std::string_view workspace,
                           std::string_view request_id, const RequestLogRow& row);

}  // namespace syncline::store
