#pragma once

#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>

#include <cstdlib>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/status.h"

namespace syncline::bench {

// What definition.yaml says, for the programs that measure parts of a run; and how they fail.

inline constexpr char kObjectType[] =
    R"({"name": "workspaces/default/objectTypes/bench_device", "fields": [
  {"name": "serial_number", "type": "TYPE_STRING", "unique": true, "required": true},
  {"name": "name", "type": "TYPE_STRING"}, {"name": "hostname", "type": "TYPE_STRING"},
  {"name": "manufacturer", "type": "TYPE_STRING"}, {"name": "model", "type": "TYPE_STRING"},
  {"name": "operating_system", "type": "TYPE_STRING"},
  {"name": "os_version", "type": "TYPE_STRING"}, {"name": "assigned_user", "type": "TYPE_STRING"},
  {"name": "location", "type": "TYPE_STRING"}, {"name": "memory_gb", "type": "TYPE_INTEGER"},
  {"name": "is_managed", "type": "TYPE_BOOLEAN"},
  {"name": "last_seen_time", "type": "TYPE_TIMESTAMP"}]})";

inline constexpr char kMapping[] = R"({"sync_keys": ["serial_number"], "version": "1", "fields": {
  "serial_number": {"from": "serial"}, "name": {"from": "name"},
  "hostname": {"from": "network.hostname"}, "manufacturer": {"from": "model.vendor"},
  "model": {"from": "model.name"}, "operating_system": {"from": "os.name"},
  "os_version": {"from": "os.version"}, "assigned_user": {"from": "owner.email"},
  "location": {"from": "location.site"}, "memory_gb": {"from": "model.details.memory_gb"},
  "is_managed": {"from": "active"}, "last_seen_time": {"from": "last_seen"}}})";

template <typename Message>
Message FromJson(const char* json) {
  Message message;
  if (!google::protobuf::util::JsonStringToMessage(json, &message).ok()) std::abort();
  return message;
}

inline void Check(const absl::Status& status) {
  if (status.ok()) return;
  fmt::print(stderr, "bench: {}\n", base::MessageOf(status));
  std::exit(1);
}

template <typename T>
T Checked(absl::StatusOr<T> value) {
  Check(value.status());
  return *std::move(value);
}

}  // namespace syncline::bench
