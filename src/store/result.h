#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/hash.h"

struct pg_result;

namespace syncline::store {

// The rows of one statement. Values come in PostgreSQL's binary format where a typed getter exists
// (bigint, boolean, uuid, timestamptz) and as text otherwise; the getter must fit the column's type
// (int4 and int8 both answer Int64). Movable; views die with it. Not for concurrent use.
class Result {
 public:
  Result() = default;
  explicit Result(pg_result* result);
  int size() const;
  bool empty() const { return size() == 0; }
  std::int64_t affected() const;        // rows inserted, updated or deleted
  std::string_view CommandTag() const;  // e.g. "COMMIT", or "ROLLBACK" for a COMMIT that could not

  bool IsNull(int row, int column) const;
  std::string_view Text(int row, int column)
      const;  // text, jsonb (JSON text), bytea (raw bytes), numeric is not readable: cast to text
  std::int64_t Int64(int row, int column) const;  // int2, int4, int8
  bool Bool(int row, int column) const;
  base::Time Time(int row, int column) const;     // timestamptz
  base::Hash128 Hash(int row, int column) const;  // uuid as 128 bits
  std::string Uuid(int row, int column) const;    // uuid as text
  std::optional<std::string> OptionalText(int row, int column) const;
  std::optional<base::Time> OptionalTime(int row, int column) const;
  // For callers that decode binary values themselves.
  std::string_view Bytes(int row, int column) const;
  std::uint32_t ColumnType(int column) const;  // type oid

 private:
  struct Clear {
    void operator()(pg_result* result) const;
  };
  std::unique_ptr<pg_result, Clear> result_;
};

// The values of a statement's $1, $2, …, in order, in binary where the type is known.
// A std::optional that is empty, or Null(), is SQL NULL. Arrays are one-dimensional.
class Parameters {
 public:
  Parameters& Text(std::string_view value);   // text, or any type that parses text: cast in SQL;
                                              // U+0000 in it makes the statement fail, TEXT_INVALID
  Parameters& Json(std::string_view json);    // jsonb
  Parameters& Bytes(std::string_view value);  // bytea
  Parameters& Int64(std::int64_t value);
  Parameters& Bool(bool value);
  Parameters& Time(base::Time value);            // timestamptz
  Parameters& Hash(const base::Hash128& value);  // uuid
  Parameters& Uuid(std::string_view text);       // uuid from its text form
  Parameters& Null();
  Parameters& OptionalText(const std::optional<std::string>& value);
  Parameters& OptionalTime(const std::optional<base::Time>& value);
  Parameters& TextArray(const std::vector<std::string_view>& values);
  Parameters& Int64Array(const std::vector<std::int64_t>& values);
  Parameters& HashArray(const std::vector<base::Hash128>& values);  // uuid[]
  // A value already encoded in the binary format of type `oid`.
  Parameters& Encoded(std::uint32_t oid, std::string bytes);
  int size() const { return static_cast<int>(values_.size()); }

 private:
  friend class Connection;
  struct Value {
    std::uint32_t oid = 0;  // 0: the server infers it
    bool binary = false;
    bool null = false;
    std::string bytes;
  };
  Parameters& Push(Value value);
  std::vector<Value> values_;
};

}  // namespace syncline::store
