#pragma once

#include <google/protobuf/struct.pb.h>
#include <yaml-cpp/yaml.h>

#include <functional>
#include <string>

namespace syncline::cli {

// Told of a mistake at a node: the path below the value ("" = itself) and what would be right.
using YamlComplaint =
    std::function<void(const YAML::Node& node, const std::string& path, const std::string& text)>;

// Any YAML as a JSON value. Plain scalars are typed by the core schema of YAML 1.2 (null, true,
// false, numbers); everything else, and whatever stands in quotes, is text: `yes` and "1" are
// strings. A number that a double cannot hold exactly is a mistake, never rounded in silence.
void ReadYamlValue(const YAML::Node& node, const std::string& path, const YamlComplaint& complain,
                   google::protobuf::Value& value);

}  // namespace syncline::cli
