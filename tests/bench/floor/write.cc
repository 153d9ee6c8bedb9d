#include <fmt/format.h>
#include <libpq-fe.h>

#include <cstdlib>
#include <cstring>
#include <unordered_map>

#include "tests/bench/floor/floor.h"

namespace syncline::bench {
namespace {

constexpr const char* kColumns =
    "serial_number, name, hostname, manufacturer, model, operating_system, os_version, "
    "assigned_user, location, memory_gb, is_managed, last_seen_time, hash";

[[noreturn]] void Fail(PGconn* connection) {
  fmt::print(stderr, "floor: {}\n", PQerrorMessage(connection));
  std::exit(1);
}

PGconn* Connect(const std::string& url) {
  PGconn* connection = PQconnectdb(url.c_str());
  if (PQstatus(connection) != CONNECTION_OK) Fail(connection);
  return connection;
}

void Execute(PGconn* connection, const char* sql) {
  PGresult* result = PQexec(connection, sql);
  const ExecStatusType status = PQresultStatus(result);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_COPY_IN) {
    Fail(connection);
  }
  PQclear(result);
}

void AppendInt32(std::string* out, std::int32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out->push_back(static_cast<char>(value >> shift));
}

// The stored hash of each key that is known.
std::unordered_map<std::string, std::string> KnownHashes(PGconn* connection, const Batch& batch) {
  std::string array;
  AppendInt32(&array, 1);
  AppendInt32(&array, 0);
  AppendInt32(&array, 25);  // text
  AppendInt32(&array, static_cast<std::int32_t>(batch.keys.size()));
  AppendInt32(&array, 1);
  for (const std::string& key : batch.keys) {
    AppendInt32(&array, static_cast<std::int32_t>(key.size()));
    array += key;
  }
  const Oid type = 1009;  // text[]
  const char* value = array.data();
  const int length = static_cast<int>(array.size());
  const int format = 1;
  PGresult* result = PQexecParams(
      connection,
      "SELECT serial_number, hash FROM bench_floor.device WHERE serial_number = ANY($1)", 1, &type,
      &value, &length, &format, 1);
  if (PQresultStatus(result) != PGRES_TUPLES_OK) Fail(connection);
  std::unordered_map<std::string, std::string> known;
  known.reserve(batch.keys.size());
  for (int row = 0; row < PQntuples(result); ++row) {
    known.emplace(std::string(PQgetvalue(result, row, 0), PQgetlength(result, row, 0)),
                  std::string(PQgetvalue(result, row, 1), PQgetlength(result, row, 1)));
  }
  PQclear(result);
  return known;
}

void Upsert(PGconn* connection, const std::vector<const std::string*>& tuples) {
  if (tuples.empty()) return;
  Execute(connection, "BEGIN");
  Execute(connection, "COPY staging FROM STDIN (FORMAT binary)");
  std::string bytes("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
  for (const std::string* tuple : tuples) bytes += *tuple;
  bytes += "\377\377";
  if (PQputCopyData(connection, bytes.data(), static_cast<int>(bytes.size())) != 1) {
    Fail(connection);
  }
  if (PQputCopyEnd(connection, nullptr) != 1) Fail(connection);
  while (PGresult* result = PQgetResult(connection)) {
    if (PQresultStatus(result) != PGRES_COMMAND_OK) Fail(connection);
    PQclear(result);
  }
  Execute(connection,
          fmt::format("INSERT INTO bench_floor.device ({0}) SELECT {0} FROM staging "
                      "ON CONFLICT (serial_number) DO UPDATE SET (name, hostname, manufacturer, "
                      "model, operating_system, os_version, assigned_user, location, memory_gb, "
                      "is_managed, last_seen_time, hash) = ROW(excluded.name, excluded.hostname, "
                      "excluded.manufacturer, excluded.model, excluded.operating_system, "
                      "excluded.os_version, excluded.assigned_user, excluded.location, "
                      "excluded.memory_gb, excluded.is_managed, excluded.last_seen_time, "
                      "excluded.hash)",
                      kColumns)
              .c_str());
  Execute(connection, "COMMIT");
}

}  // namespace

void MakeTable(const std::string& database_url) {
  PGconn* connection = Connect(database_url);
  Execute(connection,
          "SET client_min_messages = warning; DROP SCHEMA IF EXISTS bench_floor CASCADE; "
          "CREATE SCHEMA bench_floor; "
          "CREATE TABLE bench_floor.device (serial_number text PRIMARY KEY, name text, "
          "hostname text, manufacturer text, model text, operating_system text, os_version text, "
          "assigned_user text, location text, memory_gb bigint, is_managed boolean, "
          "last_seen_time timestamptz, hash uuid NOT NULL)");
  PQfinish(connection);
}

void Write(const std::string& database_url, WriteMode mode, BoundedQueue<Batch>& queue) {
  PGconn* connection = Connect(database_url);
  Execute(connection, "CREATE TEMP TABLE staging (LIKE bench_floor.device) ON COMMIT DELETE ROWS");
  while (std::optional<Batch> batch = queue.Pop()) {
    std::vector<const std::string*> tuples;
    tuples.reserve(batch->tuples.size());
    if (mode == WriteMode::kResync) {
      const auto known = KnownHashes(connection, *batch);
      for (std::size_t i = 0; i < batch->tuples.size(); ++i) {
        const auto found = known.find(batch->keys[i]);
        const bool same = found != known.end() &&
                          std::memcmp(found->second.data(), batch->hashes[i].data(), 16) == 0;
        if (!same) tuples.push_back(&batch->tuples[i]);
      }
    } else {
      for (const std::string& tuple : batch->tuples) tuples.push_back(&tuple);
    }
    Upsert(connection, tuples);
  }
  PQfinish(connection);
}

}  // namespace syncline::bench
