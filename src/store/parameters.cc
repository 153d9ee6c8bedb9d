#include "store/result.h"
#include "store/wire_format.h"

namespace syncline::store {
namespace {

// One dimension, lower bound 1, no NULL inside; an empty array has no dimension at all.
std::string ArrayHeader(std::uint32_t element_oid, std::size_t size) {
  std::string bytes;
  AppendInt32(bytes, size == 0 ? 0 : 1);
  AppendInt32(bytes, 0);
  AppendInt32(bytes, static_cast<std::int32_t>(element_oid));
  if (size == 0) return bytes;
  AppendInt32(bytes, static_cast<std::int32_t>(size));
  AppendInt32(bytes, 1);
  return bytes;
}

}  // namespace

Parameters& Parameters::Push(Value value) {
  values_.push_back(std::move(value));
  return *this;
}

Parameters& Parameters::Text(std::string_view value) { return Push({.bytes = std::string(value)}); }

Parameters& Parameters::Json(std::string_view json) {
  std::string bytes;
  bytes.reserve(json.size() + 1);
  bytes.push_back(1);  // version of jsonb's binary format
  bytes.append(json);
  return Encoded(oid::kJsonb, std::move(bytes));
}

Parameters& Parameters::Bytes(std::string_view value) {
  return Encoded(oid::kBytea, std::string(value));
}

Parameters& Parameters::Int64(std::int64_t value) {
  std::string bytes;
  AppendInt64(bytes, value);
  return Encoded(oid::kInt8, std::move(bytes));
}

Parameters& Parameters::Bool(bool value) {
  return Encoded(oid::kBool, std::string(1, value ? 1 : 0));
}

Parameters& Parameters::Time(base::Time value) {
  std::string bytes;
  AppendInt64(bytes, PostgresMicroseconds(value));
  return Encoded(oid::kTimestampTz, std::move(bytes));
}

Parameters& Parameters::Hash(const base::Hash128& value) {
  std::string bytes;
  AppendHash(bytes, value);
  return Encoded(oid::kUuid, std::move(bytes));
}

Parameters& Parameters::Uuid(std::string_view text) {
  return Push({.oid = oid::kUuid, .bytes = std::string(text)});
}

Parameters& Parameters::Null() { return Push({.null = true}); }

Parameters& Parameters::OptionalText(const std::optional<std::string>& value) {
  return value ? Text(*value) : Null();
}

Parameters& Parameters::OptionalTime(const std::optional<base::Time>& value) {
  return value ? Time(*value) : Push({.oid = oid::kTimestampTz, .null = true});
}

Parameters& Parameters::TextArray(const std::vector<std::string_view>& values) {
  std::string bytes = ArrayHeader(oid::kText, values.size());
  for (const std::string_view value : values) {
    AppendInt32(bytes, static_cast<std::int32_t>(value.size()));
    bytes.append(value);
  }
  return Encoded(oid::kTextArray, std::move(bytes));
}

Parameters& Parameters::Int64Array(const std::vector<std::int64_t>& values) {
  std::string bytes = ArrayHeader(oid::kInt8, values.size());
  bytes.reserve(bytes.size() + values.size() * 12);
  for (const std::int64_t value : values) {
    AppendInt32(bytes, sizeof(value));
    AppendInt64(bytes, value);
  }
  return Encoded(oid::kInt8Array, std::move(bytes));
}

Parameters& Parameters::HashArray(const std::vector<base::Hash128>& values) {
  std::string bytes = ArrayHeader(oid::kUuid, values.size());
  bytes.reserve(bytes.size() + values.size() * 20);
  for (const base::Hash128& value : values) {
    AppendInt32(bytes, sizeof(value));
    AppendHash(bytes, value);
  }
  return Encoded(oid::kUuidArray, std::move(bytes));
}

Parameters& Parameters::Encoded(std::uint32_t oid, std::string bytes) {
  return Push({.oid = oid, .binary = true, .bytes = std::move(bytes)});
}

}  // namespace syncline::store
