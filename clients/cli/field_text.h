#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <string_view>

#include "syncline/v1/object.pb.h"

namespace syncline::cli {

// The value at `path` ("counters.records") as a short text for a table cell: names without their
// workspace, enums without prefix, instants in UTC to the second, durations with units, lists
// joined by commas, maps and messages by their number of entries or the arm that is set
// ("pagination.kind"). Empty when absent; the path must exist in the message's type.
std::string TextAt(const google::protobuf::Message& message, std::string_view path);

// A value of an object.
std::string FieldValueText(const v1::FieldValue& value);

}  // namespace syncline::cli
