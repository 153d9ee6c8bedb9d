#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace google::protobuf {
class Message;
}

namespace syncline::store {

// Proto JSON, the stored form of every definition. Integers of 64 bits are written as strings, so
// no value passes through a double. Empty, which no jsonb column takes, for a message that JSON
// cannot hold (a Duration or Timestamp out of its range): it fails to be saved instead of losing
// parts (I8).
std::string ToProtoJson(const google::protobuf::Message& message);

// Accepts fields that this build does not know, so that an older server can read what a newer one
// wrote. INTERNAL when the text is not the JSON of such a message.
absl::Status FromProtoJson(std::string_view json, google::protobuf::Message* message);

}  // namespace syncline::store
