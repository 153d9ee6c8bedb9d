#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "cli/resource_kind.h"
#include "cli/server.h"

namespace syncline::cli {

enum class OutputFormat { kTable, kJson, kYaml };

// Proto JSON, indented.
std::string JsonText(const google::protobuf::Message& message);

// Resources under one heading per column; a column that is a path of fields is headed by its last
// name.
std::string TableText(const std::vector<std::string_view>& columns,
                      const std::vector<MessagePointer>& messages);
// Objects: id, revision and every field that any of them has.
std::string ObjectTableText(const std::vector<MessagePointer>& objects);

// `messages` in `format`: JSON and YAML as one list.
std::string ListText(OutputFormat format, const std::vector<std::string_view>& columns,
                     const std::vector<MessagePointer>& messages);
// One message alone: JSON and YAML without a list around it.
std::string OneText(OutputFormat format, const std::vector<std::string_view>& columns,
                    const MessagePointer& message);

}  // namespace syncline::cli
