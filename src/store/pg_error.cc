#include "store/pg_error.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <chrono>

#include "base/status.h"

namespace syncline::store {
namespace {

using base::Reason;

constexpr std::chrono::milliseconds kRetryAfter{1'000};

struct StateEntry {
  std::string_view prefix;  // a whole state, or the two characters of a class
  Reason reason;
};

// The first match counts, so whole states stand before their class.
constexpr StateEntry kStates[] = {
    {"23505", Reason::kUniqueViolation},
    {"23502", Reason::kRequiredFieldEmpty},
    // foreign_key_violation: callers look before they write, so the other row came or went in
    // between; the repetition sees it and says what is wrong.
    {"23503", Reason::kDatabaseConflict},
    {"22021", Reason::kTextInvalid},       // character_not_in_repertoire: U+0000, bad UTF-8
    {"22P05", Reason::kTextInvalid},       // untranslatable_character: \u0000 in jsonb
    {"22", Reason::kConversionFailed},     // data exception
    {"54000", Reason::kConversionFailed},  // a value too long for its index
    {"40001", Reason::kDatabaseConflict},  // serialization_failure
    {"40P01", Reason::kDatabaseConflict},  // deadlock_detected
    {"55P03", Reason::kDatabaseConflict},  // lock_not_available: lock_timeout
    {"26000", Reason::kDatabaseConflict},  // the session forgot a prepared statement
    {"53100", Reason::kStorageFull},
    {"53", Reason::kDatabaseUnavailable},  // memory, connections
    {"57", Reason::kDatabaseUnavailable},  // cancelled by statement_timeout, shutdown
    {"58", Reason::kDatabaseUnavailable},  // input or output of the server
    {"08", Reason::kDatabaseUnavailable},
    {"25P03", Reason::kDatabaseUnavailable},  // idle_in_transaction_session_timeout
    {"42703", Reason::kSchemaDrift},          // undefined_column
    {"42804", Reason::kSchemaDrift},          // datatype_mismatch
    {"42P01", Reason::kSchemaDrift},          // undefined_table
    {"42P10", Reason::kSchemaDrift},          // no unique index for ON CONFLICT
    {"3F000", Reason::kSchemaDrift},          // undefined schema
};

// Classes whose primary message speaks of names only: constraints, undefined objects, limits, the
// server's own state. Those of class 22 quote the value, those of syntax errors the statement.
bool MessageIsFreeOfValues(std::string_view state) {
  for (const std::string_view prefix :
       {"23", "40", "55P03", "0A000", "26000", "53", "57", "08", "25", "42703", "42804", "42P01",
        "42P07", "42P10", "42883", "42501", "3F000"}) {
    if (state.starts_with(prefix)) return true;
  }
  return false;
}

std::string Field(const pg_result* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text == nullptr ? std::string() : std::string(text);
}

}  // namespace

Reason ReasonOfSqlState(std::string_view sqlstate) {
  for (const StateEntry& entry : kStates) {
    if (sqlstate.starts_with(entry.prefix)) return entry.reason;
  }
  return Reason::kInternal;
}

bool EndsSession(std::string_view sqlstate) {
  return sqlstate.starts_with("08") || sqlstate.starts_with("57P") || sqlstate == "25P03";
}

absl::Status DatabaseUnavailable(std::string_view message) {
  return base::WithRetryAfter(base::Error(Reason::kDatabaseUnavailable, message), kRetryAfter);
}

absl::Status StatusOfResult(const pg_result* result) {
  const std::string state = Field(result, PG_DIAG_SQLSTATE);
  // libpq's own errors have no state: the connection was lost.
  if (state.empty()) return DatabaseUnavailable("the connection to the database was lost");

  Reason reason = ReasonOfSqlState(state);
  // "cached plan must not change result type": a table was altered under a prepared statement; the
  // connection has dropped it, so that a repetition works. The function's name is not translated.
  if (state == "0A000" && Field(result, PG_DIAG_SOURCE_FUNCTION) == "RevalidateCachedQuery") {
    reason = Reason::kDatabaseConflict;
  }
  base::ErrorMetadata metadata = {{"sqlstate", state}};
  for (const auto& [key, code] :
       {std::pair{"constraint", PG_DIAG_CONSTRAINT_NAME}, std::pair{"table", PG_DIAG_TABLE_NAME},
        std::pair{"column", PG_DIAG_COLUMN_NAME}}) {
    if (std::string text = Field(result, code); !text.empty()) metadata[key] = std::move(text);
  }
  const std::string message =
      MessageIsFreeOfValues(state)
          ? fmt::format("database: {} ({})", Field(result, PG_DIAG_MESSAGE_PRIMARY), state)
          : fmt::format("the database refused a statement ({})", state);
  absl::Status status = base::Error(reason, message, metadata);
  return reason == Reason::kDatabaseUnavailable
             ? base::WithRetryAfter(std::move(status), kRetryAfter)
             : status;
}

std::string SqlStateOf(const absl::Status& status) {
  const base::ErrorMetadata metadata = base::MetadataOf(status);
  const auto found = metadata.find("sqlstate");
  return found == metadata.end() ? std::string() : found->second;
}

}  // namespace syncline::store
