#include "store/cell_format.h"

#include <algorithm>

#include "store/wire_format.h"

namespace syncline::store {
namespace {

using model::FieldType;

// PostgreSQL counts from 2000-01-01.
constexpr std::int64_t kEpochDays = 10'957;
constexpr std::int64_t kEpochMicroseconds = 946'684'800'000'000;
constexpr char kJsonbVersion = 1;

void AppendSized(std::string& out, std::string_view bytes) {
  AppendInt32(out, static_cast<std::int32_t>(bytes.size()));
  out.append(bytes);
}

void AppendSizedInt64(std::string& out, std::int64_t value) {
  AppendInt32(out, sizeof(value));
  AppendInt64(out, value);
}

// The value of up to four digits; the missing ones count as zeros on the right.
std::int16_t GroupOf(std::string_view digits) {
  int value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    value = value * 10 + (i < digits.size() ? digits[i] - '0' : 0);
  }
  return static_cast<std::int16_t>(value);
}

}  // namespace

void AppendNumeric(std::string& out, std::string_view decimal) {
  const bool negative = decimal.starts_with('-');
  if (negative) decimal.remove_prefix(1);
  const std::size_t point = std::min(decimal.find('.'), decimal.size());
  const std::string_view whole = decimal.substr(0, point);
  const std::string_view fraction = decimal.substr(std::min(point + 1, decimal.size()));

  std::string groups;
  // Groups are counted from the point, so the first of the whole part may be short.
  const std::size_t head = whole.size() % 4;
  if (head != 0) {
    AppendInt16(groups, GroupOf(std::string(4 - head, '0').append(whole.substr(0, head))));
  }
  for (std::size_t i = head; i < whole.size(); i += 4) {
    AppendInt16(groups, GroupOf(whole.substr(i, 4)));
  }
  for (std::size_t i = 0; i < fraction.size(); i += 4) {
    AppendInt16(groups, GroupOf(fraction.substr(i, 4)));
  }
  constexpr std::int16_t kNegative = 0x4000;
  AppendInt16(out, static_cast<std::int16_t>(groups.size() / 2));
  AppendInt16(out, static_cast<std::int16_t>((whole.size() + 3) / 4) - 1);  // weight of the first
  AppendInt16(out, negative ? kNegative : std::int16_t{0});
  AppendInt16(out, static_cast<std::int16_t>(fraction.size()));  // the scale that is shown
  out.append(groups);
}

void AppendCell(std::string& out, FieldType type, const model::Cell& cell) {
  if (cell.empty) return AppendInt32(out, -1);
  switch (type) {
    case FieldType::kString: return AppendSized(out, cell.text);
    case FieldType::kInteger: return AppendSizedInt64(out, cell.integer);
    case FieldType::kTimestamp: return AppendSizedInt64(out, cell.integer - kEpochMicroseconds);
    case FieldType::kBoolean:
      return AppendSized(out, std::string_view(cell.integer != 0 ? "\1" : "\0", 1));
    case FieldType::kDate:
      AppendInt32(out, 4);
      return AppendInt32(out, static_cast<std::int32_t>(cell.integer - kEpochDays));
    case FieldType::kNumber: {
      std::string numeric;
      AppendNumeric(numeric, cell.text);
      return AppendSized(out, numeric);
    }
    case FieldType::kJson:
      AppendInt32(out, static_cast<std::int32_t>(cell.text.size() + 1));
      out.push_back(kJsonbVersion);
      out.append(cell.text);
  }
}

std::uint32_t ElementOid(FieldType type) {
  switch (type) {
    case FieldType::kString: return oid::kText;
    case FieldType::kInteger: return oid::kInt8;
    case FieldType::kNumber: return oid::kNumeric;
    case FieldType::kBoolean: return oid::kBool;
    case FieldType::kTimestamp: return oid::kTimestampTz;
    case FieldType::kDate: return oid::kDate;
    case FieldType::kJson: break;
  }
  return oid::kJsonb;
}

// pg_type.dat.
std::uint32_t ArrayOid(FieldType type) {
  switch (type) {
    case FieldType::kString: return oid::kTextArray;
    case FieldType::kInteger: return oid::kInt8Array;
    case FieldType::kNumber: return 1231;
    case FieldType::kBoolean: return 1000;
    case FieldType::kTimestamp: return 1185;
    case FieldType::kDate: return 1182;
    case FieldType::kJson: break;
  }
  return 3807;
}

std::string CellArrayHeader(FieldType type, std::size_t count) {
  std::string bytes;
  AppendInt32(bytes, count == 0 ? 0 : 1);
  AppendInt32(bytes, 1);  // elements may be NULL
  AppendInt32(bytes, static_cast<std::int32_t>(ElementOid(type)));
  if (count == 0) return bytes;
  AppendInt32(bytes, static_cast<std::int32_t>(count));
  AppendInt32(bytes, 1);
  return bytes;
}

}  // namespace syncline::store
