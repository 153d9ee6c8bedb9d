#include <simdjson.h>
#include <xxhash.h>

#include <bit>
#include <charconv>
#include <cstring>

#include "tests/bench/floor/floor.h"

namespace syncline::bench {
namespace {

// The paths of tests/bench/definition.yaml, in the order of the table's columns.
const std::array<std::vector<std::string>, kFieldCount> kPaths = {{
    {"serial"},
    {"name"},
    {"network", "hostname"},
    {"model", "vendor"},
    {"model", "name"},
    {"os", "name"},
    {"os", "version"},
    {"owner", "email"},
    {"location", "site"},
    {"model", "details", "memory_gb"},
    {"active"},
    {"last_seen"},
}};

template <typename Integer>
void AppendBigEndian(std::string* out, Integer value) {
  for (int shift = (sizeof(Integer) - 1) * 8; shift >= 0; shift -= 8) {
    out->push_back(static_cast<char>(static_cast<std::uint64_t>(value) >> shift));
  }
}

int Digits(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  std::from_chars(text.data() + at, text.data() + at + count, value);
  return value;
}

// "2026-03-09T07:30:00Z" as microseconds since 2000-01-01 (days from civil, Hinnant).
std::int64_t Timestamp(std::string_view text) {
  const int month = Digits(text, 5, 2);
  const int year = Digits(text, 0, 4) - (month <= 2);
  const int era = year / 400;
  const int year_of_era = year - era * 400;
  const int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + Digits(text, 8, 2) - 1;
  const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  const std::int64_t days = era * 146097LL + day_of_era - 719468 - 10957;
  const std::int64_t seconds =
      days * 86400 + Digits(text, 11, 2) * 3600 + Digits(text, 14, 2) * 60 + Digits(text, 17, 2);
  return seconds * 1'000'000;
}

void AppendField(std::string* tuple, const simdjson::dom::element& value) {
  switch (value.type()) {
    case simdjson::dom::element_type::STRING: {
      const std::string_view text = value.get_string().value_unsafe();
      AppendBigEndian(tuple, static_cast<std::int32_t>(text.size()));
      tuple->append(text);
      return;
    }
    case simdjson::dom::element_type::INT64:
      AppendBigEndian(tuple, std::int32_t{8});
      AppendBigEndian(tuple, value.get_int64().value_unsafe());
      return;
    case simdjson::dom::element_type::BOOL:
      AppendBigEndian(tuple, std::int32_t{1});
      tuple->push_back(value.get_bool().value_unsafe() ? 1 : 0);
      return;
    default: AppendBigEndian(tuple, std::int32_t{-1}); return;
  }
}

}  // namespace

struct Mapper::Parser {
  simdjson::dom::parser parser;
};

Mapper::Mapper() : parser_(std::make_unique<Parser>()) {}
Mapper::~Mapper() = default;

std::size_t Mapper::Map(std::string& body, Batch* batch) {
  body.reserve(body.size() + simdjson::SIMDJSON_PADDING);
  simdjson::dom::element page = parser_->parser.parse(body.data(), body.size(), false);
  std::size_t count = 0;
  for (const simdjson::dom::element record : simdjson::dom::array(page["items"])) {
    std::string tuple;
    tuple.reserve(320);
    AppendBigEndian(&tuple, std::int16_t{kFieldCount + 1});
    for (std::size_t field = 0; field < kFieldCount; ++field) {
      simdjson::dom::element value = record;
      for (const std::string& key : kPaths[field]) value = value[key];
      if (field == kFieldCount - 1) {
        AppendBigEndian(&tuple, std::int32_t{8});
        AppendBigEndian(&tuple, Timestamp(value.get_string().value_unsafe()));
      } else {
        AppendField(&tuple, value);
      }
    }
    const XXH128_hash_t hash = XXH3_128bits(tuple.data(), tuple.size());
    std::array<char, 16> bytes;
    std::memcpy(bytes.data(), &hash, sizeof hash);
    AppendBigEndian(&tuple, std::int32_t{16});
    tuple.append(bytes.data(), bytes.size());
    batch->keys.emplace_back(record["serial"].get_string().value_unsafe());
    batch->hashes.push_back(bytes);
    batch->tuples.push_back(std::move(tuple));
    ++count;
  }
  return count;
}

}  // namespace syncline::bench
