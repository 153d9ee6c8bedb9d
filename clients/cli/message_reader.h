#pragma once

#include <google/protobuf/message.h>
#include <yaml-cpp/yaml.h>

#include <set>
#include <string>

#include "base/status.h"
#include "cli/secret_source.h"
#include "cli/source_map.h"

namespace syncline::cli {

// Reads YAML into any message of the contract, led by the message's descriptor alone, so that a new
// field of a definition needs no code here. Field names are those of proto JSON. All mistakes are
// gathered, each with file and line; the message is complete only when there were none.
//
// Beyond proto JSON: a scalar for a text field keeps its spelling (00123, 02:00, yes); durations
// are "30s", "5m", "1h"; enum names may leave out their prefix and be lower case; a plain text for
// a FieldMapping means {from: text}; a secret field takes {fromEnv: NAME} or {fromFile: PATH} only.
//
// Not thread-safe; lives on the stack of one reading.
class MessageReader {
 public:
  // Values below one another; deeper YAML is refused.
  static constexpr int depth_max = 64;
  // Values of one definition; bounds what aliases can multiply.
  static constexpr int value_count_max = 100'000;

  MessageReader(const SecretSource& secrets, SourceMap& source, base::FieldViolations& violations)
      : secrets_(secrets), source_(source), violations_(violations) {}

  // Reads the fields of `node`; `path` leads to it from the definition's top. Keys in
  // `handled_elsewhere` are left alone.
  void Read(const YAML::Node& node, const std::string& path,
            const std::set<std::string>& handled_elsewhere, google::protobuf::Message& message);

  void Complain(const YAML::Node& node, const std::string& path, const std::string& text);

 private:
  using Message = google::protobuf::Message;
  using Field = google::protobuf::FieldDescriptor;

  void ReadMessage(const YAML::Node& node, const std::string& path, Message& message);
  bool ReadSpecial(const YAML::Node& node, const std::string& path, Message& message);
  void ReadPair(const YAML::Node& key, const YAML::Node& node, const std::string& path,
                Message& message);
  void ReadField(const YAML::Node& node, const std::string& path, const Field& field,
                 Message& message);
  void ReadMap(const YAML::Node& node, const std::string& path, const Field& field,
               Message& message);
  void ReadList(const YAML::Node& node, const std::string& path, const Field& field,
                Message& message);
  // Sets a field that is not repeated, or adds to one that is.
  void ReadOne(const YAML::Node& node, const std::string& path, const Field& field,
               Message& message);
  void ReadScalar(const YAML::Node& node, const std::string& path, const Field& field,
                  Message& message);
  void ReadSecret(const YAML::Node& node, const std::string& path, const Field& field,
                  Message& message);
  void ComplainOfUnknown(const YAML::Node& key, const std::string& path, const Message& message);
  bool WithinBounds(const YAML::Node& node, const std::string& path, int depth);

  const SecretSource& secrets_;
  SourceMap& source_;
  base::FieldViolations& violations_;
  std::set<std::string> handled_elsewhere_;
  int depth_ = 0;
  int value_count_ = 0;
};

}  // namespace syncline::cli
