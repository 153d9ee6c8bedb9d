#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"

namespace syncline::model {

// Same names as syncline.v1.Field.Type.
enum class FieldType : std::uint8_t {
  kString,
  kInteger,
  kNumber,
  kBoolean,
  kTimestamp,
  kDate,
  kJson
};

// One converted value of a target field. Text of strings, numbers (canonical decimal) and JSON is
// a view into the page's document or the batch's own memory.
struct Cell {
  bool empty = true;  // null, absent or ""
  std::int64_t integer =
      0;  // kInteger, kBoolean (0 / 1), kTimestamp (µs since 1970), kDate (days since 1970)
  std::string_view text;  // kString, kNumber, kJson
};

struct Column {
  std::string field;
  FieldType type = FieldType::kString;
};

// A record that could not be mapped or written.
struct Reject {
  std::int64_t record_index = 0;  // in the page, from 0
  std::string reason;             // base::ReasonName
  std::string message;
  std::string field;   // the target field at fault, or ""
  std::string record;  // raw JSON, cut at kRecordBytesMax
  bool record_truncated = false;
  static constexpr std::size_t kRecordBytesMax = 64 * 1024;
};

// The mapped rows of one page: row-major cells, `columns.size()` per row. Keeps alive what its
// views point into. Made by one thread, then handed on; not for concurrent writing.
struct RowBatch {
  std::vector<Column> columns;
  std::vector<Cell> cells;
  std::vector<base::Hash128>
      record_keys;  // per row: hash of the first non-empty sync key and its place
  std::vector<base::Hash128>
      row_hashes;  // per row: hash of all cells, salted with the mapping version
  std::vector<std::int64_t> record_indexes;  // per row: position in the page, from 0
  std::vector<Reject> rejects;
  std::int64_t duplicates = 0;  // rows left out because a later one has the same record key
  std::int64_t records = 0;     // in the page: rows + rejects + duplicates
  // A reject of that record with its raw text, but without reason and message; for whoever
  // refuses a row later on.
  std::function<Reject(std::int64_t record_index)> reject_of;
  std::shared_ptr<const void> document;  // what cells point into
  std::deque<std::string> memory;        // likewise

  std::size_t size() const { return record_keys.size(); }
  const Cell& at(std::size_t row, std::size_t column) const {
    return cells[row * columns.size() + column];
  }
};

}  // namespace syncline::model
