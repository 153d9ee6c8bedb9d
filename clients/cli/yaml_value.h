#pragma once

#include <google/protobuf/struct.pb.h>
#include <yaml-cpp/yaml.h>

#include <functional>
#include <string>

namespace syncline::cli {

// What a reading of free YAML asks of the one who started it.
struct YamlReading {
  // Told of a mistake at a node: its path and what would be right.
  std::function<void(const YAML::Node& node, const std::string& path, const std::string& text)>
      complain;
  // Asked before each value; false = a bound is reached, read no further here.
  std::function<bool(const YAML::Node& node, const std::string& path, int depth)> admit;
};

// Any YAML as a JSON value. Plain scalars are typed by the core schema of YAML 1.2 (null, true,
// false, numbers); everything else, and whatever stands in quotes, is text: `yes` and "1" are
// strings. A whole number that a double cannot hold exactly is a mistake, never rounded in silence.
void ReadYamlValue(const YAML::Node& node, const std::string& path, int depth,
                   const YamlReading& reading, google::protobuf::Value& value);

}  // namespace syncline::cli
