#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "store/result.h"

struct pg_conn;
struct pg_result;

namespace syncline::store {

// Settings that every session of ours runs with; see docs/decisions.
struct SessionOptions {
  std::string application_name =
      "synclined";  // "synclined/<worker id>" lets the reaper end our sessions
  std::chrono::milliseconds statement_timeout{30'000};
  std::chrono::milliseconds lock_timeout{5'000};
  std::chrono::milliseconds idle_in_transaction_timeout{10'000};
  std::chrono::milliseconds connect_timeout{5'000};
  // Client side: a call that has no answer after this is given up and the connection is broken.
  std::chrono::milliseconds call_timeout{40'000};
  // Told the numeric address and port of the server whenever a session was opened over TCP, by the
  // thread that opens it; empty = nobody is.
  std::function<void(const std::string& address, int port)> on_peer = {};
};

// One libpq session. Used by one thread at a time. Never reconnects by itself: a broken connection
// stays broken and its pool replaces it, because session state (locks, LISTEN) would be lost
// silently. Errors: DATABASE_UNAVAILABLE (with RetryInfo), DATABASE_CONFLICT (40001, 40P01, 55P03),
// UNIQUE_VIOLATION (23505; metadata "constraint", "table"), STORAGE_FULL (53100), SCHEMA_DRIFT,
// TEXT_INVALID (22021, 22P05), CONVERSION_FAILED (22xxx), INTERNAL; the whole table is in
// pg_error.cc. Metadata "sqlstate" wherever the server answered. Messages never carry parameter
// values (I5).
class Connection {
 public:
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const std::string& url,
                                                          const SessionOptions& options);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // One statement. Prepared on first use under its text and the types of its parameters, and kept;
  // when kPreparedMax are kept, all are dropped first (I7).
  absl::StatusOr<Result> Execute(std::string_view sql, const Parameters& parameters = {});
  // Several statements in one text, without parameters: migrations, DDL.
  absl::Status ExecuteScript(std::string_view sql);
  // `COPY … FROM STDIN (FORMAT binary)`: begins, takes encoded tuples (header and trailer are added
  // here), ends. Returns the rows copied. `tuples` = for each row: int16 column count, then for
  // each column int32 length (-1 = NULL) and bytes, big endian.
  absl::StatusOr<std::int64_t> CopyBinary(std::string_view copy_sql, std::string_view tuples);

  bool broken() const { return broken_; }
  // Neither broken nor closed by the server while nobody looked, and outside of a transaction: what
  // a pool may hand out. Not for a session that listens. Does not wait.
  bool ReadyForUse();
  // Waits up to `timeout` for a notification. Empty when none came or `stop` was requested.
  struct Notification {
    std::string channel;
    std::string payload;
  };
  absl::StatusOr<std::vector<Notification>> WaitForNotifications(std::chrono::milliseconds timeout,
                                                                 std::stop_token stop);

  static constexpr std::size_t kPreparedMax = 200;

 private:
  struct Finish {
    void operator()(pg_conn* connection) const;
  };
  using Handle = std::unique_ptr<pg_conn, Finish>;
  class Deadline;

  Connection(Handle connection, const SessionOptions& options);
  static absl::Status AwaitConnected(pg_conn* connection, const Deadline& deadline);
  absl::Status Broken(std::string_view what);
  absl::Status Flush(const Deadline& deadline);
  // The next result of the running command; null when it is complete.
  absl::StatusOr<pg_result*> NextResult(const Deadline& deadline);
  // Reads the running command to its end; its last result, or its first error.
  absl::StatusOr<Result> Complete(const Deadline& deadline);
  absl::Status SendCopy(std::string_view bytes, const Deadline& deadline);
  absl::StatusOr<std::string> Prepare(std::string_view sql, const Parameters& parameters,
                                      const Deadline& deadline);
  absl::Status ErrorOf(const pg_result* result);

  Handle connection_;
  SessionOptions options_;
  bool broken_ = false;
  std::unordered_map<std::string, std::string> prepared_;  // SQL text and types -> statement name
  std::uint64_t prepared_total_ = 0;                       // names are never reused
};

}  // namespace syncline::store
