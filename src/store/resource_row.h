#pragma once

#include <google/protobuf/timestamp.pb.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/status.h"
#include "fmt/format.h"
#include "store/proto_json.h"
#include "store/result.h"

namespace syncline::store {

// What the tables of definitions have in common: the specification as proto JSON in `spec`, and
// revision, create_time and update_time as columns, read in that order from `first_column` on.

// Whether Find takes the row's lock, for a change that follows in the same transaction.
enum class Lock { kNone, kForUpdate };

// Opaque to clients; rises with every write.
inline std::string EtagOf(std::int64_t revision) { return fmt::format("r{}", revision); }

inline google::protobuf::Timestamp ToTimestamp(base::Time time) {
  const auto micros =
      std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
  google::protobuf::Timestamp timestamp;
  std::int64_t seconds = micros / 1'000'000;
  std::int64_t rest = micros % 1'000'000;
  if (rest < 0) {
    --seconds;
    rest += 1'000'000;
  }
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(static_cast<std::int32_t>(rest * 1'000));
  return timestamp;
}

inline absl::Status NotFound(const std::string& name) {
  return base::Error(base::Reason::kNotFound, fmt::format("{} does not exist", name),
                     {{"name", name}});
}

inline absl::Status AlreadyExists(const std::string& name) {
  return base::Error(base::Reason::kAlreadyExists, fmt::format("{} exists already", name),
                     {{"name", name}});
}

// The stored form: what the caller may set, without name and output-only fields.
template <typename Message>
std::string SpecJson(Message message) {
  message.clear_name();
  message.clear_etag();
  message.clear_update_time();
  if constexpr (requires { message.clear_create_time(); }) message.clear_create_time();
  return ToProtoJson(message);
}

template <typename Message>
absl::StatusOr<Message> ReadResource(const Result& result, int row, const std::string& name,
                                     int first_column = 0) {
  Message message;
  SYNCLINE_RETURN_IF_ERROR(FromProtoJson(result.Text(row, first_column), &message));
  message.set_name(name);
  message.set_etag(EtagOf(result.Int64(row, first_column + 1)));
  *message.mutable_create_time() = ToTimestamp(result.Time(row, first_column + 2));
  *message.mutable_update_time() = ToTimestamp(result.Time(row, first_column + 3));
  return message;
}

}  // namespace syncline::store
