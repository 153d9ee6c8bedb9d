#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/random.h"
#include "store/connection.h"

namespace syncline::store {

// One transaction on a pooled connection, READ COMMITTED. Rolls back when destroyed without Commit.
class Transaction {
 public:
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  absl::StatusOr<Result> Execute(std::string_view sql, const Parameters& parameters = {}) {
    return connection_.Execute(sql, parameters);
  }
  absl::StatusOr<std::int64_t> CopyBinary(std::string_view copy_sql, std::string_view tuples) {
    return connection_.CopyBinary(copy_sql, tuples);
  }
  absl::Status ExecuteScript(std::string_view sql) { return connection_.ExecuteScript(sql); }
  // DATABASE_UNAVAILABLE with metadata "commit" = "unknown" when the connection broke while the
  // answer was awaited: the caller must look whether it took effect.
  absl::Status Commit();

 private:
  friend class Database;
  explicit Transaction(Connection& connection) : connection_(connection) {}
  Connection& connection_;
  bool done_ = false;
};

// The pool. Owned by the composition root, safe for concurrent use. At most `connection_count_max`
// sessions; a caller waits up to `wait_timeout` for a free one, then gets DATABASE_UNAVAILABLE.
class Database {
 public:
  struct Options {
    std::string url;  // libpq URI or key=value
    SessionOptions session;
    int connection_count_max = 16;
    std::chrono::milliseconds wait_timeout{10'000};
    int attempt_count_max = 5;  // of a transaction that met DATABASE_CONFLICT
  };
  Database(Options options, const base::Clock& clock, base::Random& random);
  ~Database();

  // Runs `work` in a transaction and commits it; on DATABASE_CONFLICT rolls back and runs it again,
  // with full jitter, up to attempt_count_max times. `work` must be repeatable: no effect outside
  // the transaction.
  absl::Status RunTransaction(const std::function<absl::Status(Transaction&)>& work);
  // One statement on its own.
  absl::StatusOr<Result> Execute(std::string_view sql, const Parameters& parameters = {});
  // A session of its own, not of the pool (LISTEN, heartbeats, a pipeline's writer).
  absl::StatusOr<std::unique_ptr<Connection>> OpenConnection(const SessionOptions& session) const;
  const Options& options() const { return options_; }
  const base::Clock& clock() const { return clock_; }
  base::Random& random() const { return random_; }

  // BEGIN on a session of the caller's own, which must outlive the transaction.
  static absl::StatusOr<std::unique_ptr<Transaction>> Begin(Connection& connection);
  // BEGIN, work, COMMIT on a session of the caller's own; no retry.
  static absl::Status RunTransactionOn(Connection& connection,
                                       const std::function<absl::Status(Transaction&)>& work);

 private:
  class Lease;
  absl::StatusOr<std::unique_ptr<Connection>> Acquire();
  void Release(std::unique_ptr<Connection> connection);

  const Options options_;
  const base::Clock& clock_;
  base::Random& random_;
  std::mutex mutex_;
  std::condition_variable_any free_;
  std::vector<std::unique_ptr<Connection>> idle_;
  int open_count_ = 0;
};

}  // namespace syncline::store
