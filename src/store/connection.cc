#include "store/connection.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <utility>

#include "base/status.h"
#include "store/deadline.h"
#include "store/pg_error.h"
#include "store/wire_format.h"

namespace syncline::store {
namespace {

constexpr int kBinary = 1;
// libpq buffers what the socket does not take; sent in pieces, at most one piece waits there (I7).
constexpr std::size_t kCopyPieceBytes = 256 * 1024;
constexpr std::string_view kCopyHeader("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
constexpr std::string_view kCopyTrailer("\377\377", 2);

// The name under which a statement is kept: its text, and the types its parameters came with.
std::string PreparedKey(std::string_view sql, const std::vector<std::uint32_t>& types) {
  std::string key(sql);
  key.push_back('\0');
  for (const std::uint32_t type : types) AppendInt32(key, static_cast<std::int32_t>(type));
  return key;
}

}  // namespace

void Connection::Finish::operator()(pg_conn* connection) const { PQfinish(connection); }

Connection::Connection(Handle connection, const SessionOptions& options)
    : connection_(std::move(connection)), options_(options) {}

Connection::~Connection() = default;

// A call that timed out leaves an answer underway that nobody will read. The socket is closed and
// nothing is cancelled: PQcancel waits without a bound, and the server ends the statement itself
// within client_connection_check_interval.
absl::Status Connection::Broken(std::string_view what) {
  broken_ = true;
  connection_.reset();
  return DatabaseUnavailable(what);
}

absl::Status Connection::ErrorOf(const pg_result* result) {
  absl::Status status = StatusOfResult(result);
  const std::string state = SqlStateOf(status);
  if (state.empty() || EndsSession(state) || PQstatus(connection_.get()) == CONNECTION_BAD)
    broken_ = true;
  // These two mean that a kept statement is of no use any more.
  if (state == "0A000" || state == "26000") prepared_.clear();
  return status;
}

absl::Status Connection::Flush(const Deadline& deadline) {
  for (;;) {
    const int left = PQflush(connection_.get());
    if (left == 0) return absl::OkStatus();
    if (left < 0) return Broken("the connection to the database was lost");
    if (!deadline.Wait(PQsocket(connection_.get()), POLLIN | POLLOUT)) {
      return Broken("the database did not take a statement in time");
    }
    // The server may be waiting for us to read before it reads on.
    if (PQconsumeInput(connection_.get()) == 0)
      return Broken("the connection to the database was lost");
  }
}

absl::StatusOr<pg_result*> Connection::NextResult(const Deadline& deadline) {
  while (PQisBusy(connection_.get()) == 1) {
    if (!deadline.Wait(PQsocket(connection_.get()), POLLIN)) {
      return Broken("the database did not answer in time");
    }
    // On a lost connection PQisBusy turns false and PQgetResult tells the rest.
    if (PQconsumeInput(connection_.get()) == 0) break;
  }
  return PQgetResult(connection_.get());
}

absl::StatusOr<Result> Connection::Complete(const Deadline& deadline) {
  Result last;
  absl::Status error;
  for (;;) {
    SYNCLINE_ASSIGN_OR_RETURN(pg_result * raw, NextResult(deadline));
    if (raw == nullptr) break;
    Result result(raw);
    switch (PQresultStatus(raw)) {
      case PGRES_COMMAND_OK:
      case PGRES_TUPLES_OK:
      case PGRES_EMPTY_QUERY: last = std::move(result); break;
      case PGRES_FATAL_ERROR:
        if (error.ok()) error = ErrorOf(raw);
        break;
      default:  // COPY begun through Execute: there is no way back into step
        return Broken("a statement answered with a COPY");
    }
    if (PQstatus(connection_.get()) == CONNECTION_BAD) {
      broken_ = true;
      break;
    }
  }
  if (!error.ok()) return error;
  if (broken_) return DatabaseUnavailable("the connection to the database was lost");
  return last;
}

absl::StatusOr<std::string> Connection::Prepare(std::string_view sql, const Parameters& parameters,
                                                const Deadline& deadline) {
  std::vector<std::uint32_t> types;
  for (const Parameters::Value& value : parameters.values_) types.push_back(value.oid);
  std::string key = PreparedKey(sql, types);
  if (const auto found = prepared_.find(key); found != prepared_.end()) return found->second;

  if (prepared_.size() >= kPreparedMax) {
    if (PQsendQuery(connection_.get(), "DEALLOCATE ALL") == 0)
      return Broken("a statement could not be sent");
    SYNCLINE_RETURN_IF_ERROR(Flush(deadline));
    SYNCLINE_RETURN_IF_ERROR(Complete(deadline).status());
    prepared_.clear();
  }
  std::string name = fmt::format("s{}", ++prepared_total_);
  const std::string text(sql);
  if (PQsendPrepare(connection_.get(), name.c_str(), text.c_str(), static_cast<int>(types.size()),
                    types.data()) == 0) {
    return Broken("a statement could not be sent");
  }
  SYNCLINE_RETURN_IF_ERROR(Flush(deadline));
  SYNCLINE_RETURN_IF_ERROR(Complete(deadline).status());
  prepared_.emplace(std::move(key), name);
  return name;
}

absl::StatusOr<Result> Connection::Execute(std::string_view sql, const Parameters& parameters) {
  if (broken_) return DatabaseUnavailable("the connection to the database is closed");
  const std::size_t count = parameters.values_.size();
  std::vector<const char*> values(count);
  std::vector<int> lengths(count);
  std::vector<int> formats(count);
  for (std::size_t i = 0; i < count; ++i) {
    const Parameters::Value& value = parameters.values_[i];
    // Text format ends at the first NUL, which would cut the value silently (I8).
    if (!value.binary && value.bytes.find('\0') != std::string::npos) {
      return base::Error(base::Reason::kTextInvalid, "text with U+0000 cannot be stored");
    }
    values[i] = value.null ? nullptr : value.bytes.data();
    lengths[i] = static_cast<int>(value.bytes.size());
    formats[i] = value.binary ? kBinary : 0;
  }
  const Deadline deadline(options_.call_timeout);
  SYNCLINE_ASSIGN_OR_RETURN(const std::string name, Prepare(sql, parameters, deadline));
  if (PQsendQueryPrepared(connection_.get(), name.c_str(), static_cast<int>(count), values.data(),
                          lengths.data(), formats.data(), kBinary) == 0) {
    return Broken("a statement could not be sent");
  }
  SYNCLINE_RETURN_IF_ERROR(Flush(deadline));
  return Complete(deadline);
}

absl::Status Connection::ExecuteScript(std::string_view sql) {
  if (broken_) return DatabaseUnavailable("the connection to the database is closed");
  const Deadline deadline(options_.call_timeout);
  const std::string text(sql);
  if (PQsendQuery(connection_.get(), text.c_str()) == 0)
    return Broken("a statement could not be sent");
  SYNCLINE_RETURN_IF_ERROR(Flush(deadline));
  return Complete(deadline).status();
}

absl::Status Connection::SendCopy(std::string_view bytes, const Deadline& deadline) {
  while (!bytes.empty()) {
    const std::string_view piece = bytes.substr(0, kCopyPieceBytes);
    const int taken =
        PQputCopyData(connection_.get(), piece.data(), static_cast<int>(piece.size()));
    if (taken < 0) return Broken("the connection to the database was lost");
    SYNCLINE_RETURN_IF_ERROR(Flush(deadline));
    if (taken == 1) bytes.remove_prefix(piece.size());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::int64_t> Connection::CopyBinary(std::string_view copy_sql,
                                                    std::string_view tuples) {
  if (broken_) return DatabaseUnavailable("the connection to the database is closed");
  const Deadline deadline(options_.call_timeout);
  const std::string text(copy_sql);
  if (PQsendQuery(connection_.get(), text.c_str()) == 0)
    return Broken("a statement could not be sent");
  SYNCLINE_RETURN_IF_ERROR(Flush(deadline));
  SYNCLINE_ASSIGN_OR_RETURN(pg_result * begun, NextResult(deadline));
  const Result begun_owner(begun);
  if (begun == nullptr || PQresultStatus(begun) != PGRES_COPY_IN) {
    const absl::Status error =
        begun != nullptr && PQresultStatus(begun) == PGRES_FATAL_ERROR
            ? ErrorOf(begun)
            : base::Error(base::Reason::kInternal, "the statement is no COPY FROM STDIN");
    if (!broken_) SYNCLINE_RETURN_IF_ERROR(Complete(deadline).status());
    return error;
  }
  SYNCLINE_RETURN_IF_ERROR(SendCopy(kCopyHeader, deadline));
  SYNCLINE_RETURN_IF_ERROR(SendCopy(tuples, deadline));
  SYNCLINE_RETURN_IF_ERROR(SendCopy(kCopyTrailer, deadline));
  if (PQputCopyEnd(connection_.get(), nullptr) < 0)
    return Broken("the connection to the database was lost");
  SYNCLINE_RETURN_IF_ERROR(Flush(deadline));
  SYNCLINE_ASSIGN_OR_RETURN(const Result copied, Complete(deadline));
  return copied.affected();
}

bool Connection::ReadyForUse() {
  if (broken_ || PQstatus(connection_.get()) != CONNECTION_OK) return false;
  if (PQtransactionStatus(connection_.get()) != PQTRANS_IDLE) return false;
  // An idle session hears nothing, unless the server says goodbye or hangs up.
  return !Deadline(std::chrono::milliseconds(0)).Wait(PQsocket(connection_.get()), POLLIN);
}

}  // namespace syncline::store
