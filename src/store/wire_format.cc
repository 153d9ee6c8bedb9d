#include "store/wire_format.h"

#include <endian.h>

#include <algorithm>
#include <cstring>

namespace syncline::store {
namespace {

constexpr std::chrono::seconds kPostgresEpoch{946'684'800};  // 2000-01-01T00:00:00Z

template <typename Number>
void AppendRaw(std::string& out, Number big_endian) {
  char bytes[sizeof(big_endian)];
  std::memcpy(bytes, &big_endian, sizeof(big_endian));
  out.append(bytes, sizeof(bytes));
}

template <typename Number>
Number ReadRaw(std::string_view bytes) {
  Number value = 0;
  std::memcpy(&value, bytes.data(), std::min(bytes.size(), sizeof(value)));
  return value;
}

}  // namespace

void AppendInt16(std::string& out, std::int16_t value) {
  AppendRaw(out, htobe16(static_cast<std::uint16_t>(value)));
}

void AppendInt32(std::string& out, std::int32_t value) {
  AppendRaw(out, htobe32(static_cast<std::uint32_t>(value)));
}

void AppendInt64(std::string& out, std::int64_t value) {
  AppendRaw(out, htobe64(static_cast<std::uint64_t>(value)));
}

void AppendHash(std::string& out, const base::Hash128& value) {
  AppendRaw(out, htobe64(value.high));
  AppendRaw(out, htobe64(value.low));
}

std::int16_t ReadInt16(std::string_view bytes) {
  return static_cast<std::int16_t>(be16toh(ReadRaw<std::uint16_t>(bytes)));
}

std::int32_t ReadInt32(std::string_view bytes) {
  return static_cast<std::int32_t>(be32toh(ReadRaw<std::uint32_t>(bytes)));
}

std::int64_t ReadInt64(std::string_view bytes) {
  return static_cast<std::int64_t>(be64toh(ReadRaw<std::uint64_t>(bytes)));
}

base::Hash128 ReadHash(std::string_view bytes) {
  return {.high = be64toh(ReadRaw<std::uint64_t>(bytes)),
          .low = be64toh(ReadRaw<std::uint64_t>(bytes.substr(8)))};
}

std::int64_t PostgresMicroseconds(base::Time time) {
  const auto since = time.time_since_epoch() - kPostgresEpoch;
  return std::chrono::floor<std::chrono::microseconds>(since).count();
}

base::Time TimeOfPostgresMicroseconds(std::int64_t microseconds) {
  using std::chrono::duration_cast;
  constexpr auto kLeast =
      duration_cast<std::chrono::microseconds>(base::Time::min().time_since_epoch());
  constexpr auto kMost =
      duration_cast<std::chrono::microseconds>(base::Time::max().time_since_epoch());
  constexpr std::chrono::microseconds kEpoch = kPostgresEpoch;
  const std::chrono::microseconds since(microseconds);
  if (since <= kLeast - kEpoch) return base::Time(kLeast);
  if (since >= kMost - kEpoch) return base::Time(kMost);
  return base::Time(since + kEpoch);
}

std::string UuidText(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text.push_back('-');
    const auto byte = static_cast<unsigned char>(bytes[i]);
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
  return text;
}

}  // namespace syncline::store
