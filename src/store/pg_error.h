#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "base/reason.h"

struct pg_result;

namespace syncline::store {

// What a SQLSTATE means to us (PostgreSQL 15, appendix A). INTERNAL for one that is not expected.
base::Reason ReasonOfSqlState(std::string_view sqlstate);

// True for errors after which the server has ended the session (class 08, 57P01 to 57P05, 25P03).
bool EndsSession(std::string_view sqlstate);

// The error of a failed statement. The server's message is kept only for classes whose primary
// message names tables, columns and constraints but never a value; DETAIL is dropped (I5).
// Metadata: "sqlstate", and where known "constraint", "table", "column".
absl::Status StatusOfResult(const pg_result* result);

// DATABASE_UNAVAILABLE with RetryInfo.
absl::Status DatabaseUnavailable(std::string_view message);

// The SQLSTATE of an error that StatusOfResult made; empty for any other.
std::string SqlStateOf(const absl::Status& status);

}  // namespace syncline::store
