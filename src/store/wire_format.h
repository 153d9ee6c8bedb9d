#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/hash.h"

namespace syncline::store {

// PostgreSQL's binary formats (network byte order) of the types this code base uses, and the type
// numbers of pg_type.dat. Pure functions.
namespace oid {
inline constexpr std::uint32_t kBool = 16;
inline constexpr std::uint32_t kBytea = 17;
inline constexpr std::uint32_t kInt8 = 20;
inline constexpr std::uint32_t kInt2 = 21;
inline constexpr std::uint32_t kInt4 = 23;
inline constexpr std::uint32_t kText = 25;
inline constexpr std::uint32_t kTextArray = 1009;
inline constexpr std::uint32_t kInt8Array = 1016;
inline constexpr std::uint32_t kDate = 1082;
inline constexpr std::uint32_t kTimestampTz = 1184;
inline constexpr std::uint32_t kNumeric = 1700;
inline constexpr std::uint32_t kUuid = 2950;
inline constexpr std::uint32_t kUuidArray = 2951;
inline constexpr std::uint32_t kJsonb = 3802;
}  // namespace oid

void AppendInt16(std::string& out, std::int16_t value);
void AppendInt32(std::string& out, std::int32_t value);
void AppendInt64(std::string& out, std::int64_t value);
void AppendHash(std::string& out, const base::Hash128& value);

// Precondition: `bytes` holds at least as many bytes as the type has.
std::int16_t ReadInt16(std::string_view bytes);
std::int32_t ReadInt32(std::string_view bytes);
std::int64_t ReadInt64(std::string_view bytes);
base::Hash128 ReadHash(std::string_view bytes);

// timestamptz counts microseconds from 2000-01-01 UTC. What base::Time cannot hold (years outside
// 1677 to 2262, infinity) is cut to its ends.
std::int64_t PostgresMicroseconds(base::Time time);
base::Time TimeOfPostgresMicroseconds(std::int64_t microseconds);

// The sixteen bytes of a uuid as lower-case text of 36 characters.
std::string UuidText(std::string_view bytes);

}  // namespace syncline::store
