#include "store/result.h"

#include <libpq-fe.h>

#include <charconv>

#include "store/wire_format.h"

namespace syncline::store {

void Result::Clear::operator()(pg_result* result) const { PQclear(result); }

Result::Result(pg_result* result) : result_(result) {}

int Result::size() const { return result_ ? PQntuples(result_.get()) : 0; }

std::int64_t Result::affected() const {
  const std::string_view text = result_ ? PQcmdTuples(result_.get()) : "";
  std::int64_t count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  return count;
}

std::string_view Result::CommandTag() const { return result_ ? PQcmdStatus(result_.get()) : ""; }

bool Result::IsNull(int row, int column) const {
  return PQgetisnull(result_.get(), row, column) == 1;
}

std::string_view Result::Bytes(int row, int column) const {
  return {PQgetvalue(result_.get(), row, column),
          static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}

std::uint32_t Result::ColumnType(int column) const { return PQftype(result_.get(), column); }

std::string_view Result::Text(int row, int column) const {
  std::string_view bytes = Bytes(row, column);
  // Binary jsonb is its text behind one version byte.
  if (!bytes.empty() && ColumnType(column) == oid::kJsonb) bytes.remove_prefix(1);
  return bytes;
}

std::int64_t Result::Int64(int row, int column) const {
  const std::string_view bytes = Bytes(row, column);
  if (bytes.size() == sizeof(std::int64_t)) return ReadInt64(bytes);
  if (bytes.size() == sizeof(std::int32_t)) return ReadInt32(bytes);
  return bytes.size() == sizeof(std::int16_t) ? ReadInt16(bytes) : 0;
}

bool Result::Bool(int row, int column) const {
  const std::string_view bytes = Bytes(row, column);
  return !bytes.empty() && bytes.front() != 0;
}

base::Time Result::Time(int row, int column) const {
  const std::string_view bytes = Bytes(row, column);
  return bytes.size() == sizeof(std::int64_t) ? TimeOfPostgresMicroseconds(ReadInt64(bytes))
                                              : base::Time();
}

base::Hash128 Result::Hash(int row, int column) const {
  const std::string_view bytes = Bytes(row, column);
  return bytes.size() == sizeof(base::Hash128) ? ReadHash(bytes) : base::Hash128();
}

std::string Result::Uuid(int row, int column) const { return UuidText(Bytes(row, column)); }

std::optional<std::string> Result::OptionalText(int row, int column) const {
  if (IsNull(row, column)) return std::nullopt;
  return std::string(Text(row, column));
}

std::optional<base::Time> Result::OptionalTime(int row, int column) const {
  if (IsNull(row, column)) return std::nullopt;
  return Time(row, column);
}

}  // namespace syncline::store
