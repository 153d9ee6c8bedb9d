#pragma once

#include <google/protobuf/message.h>

#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "cli/resource_kind.h"
#include "cli/secret_source.h"
#include "cli/source_map.h"

namespace syncline::cli {

// One resource as a file describes it. A document of kind Integration yields up to three kinds of
// them: the integration, its mapping, its schedules.
struct Definition {
  const ResourceKind* kind = nullptr;
  std::string name;                                    // full
  std::unique_ptr<google::protobuf::Message> message;  // its `name` is set
  std::shared_ptr<const SourceMap> source;
  std::string source_path;  // where its fields stand in the document: "", "mapping", "schedules[0]"
};

// A file with definitions; standard input is called "<stdin>".
struct DefinitionText {
  static constexpr std::size_t bytes_max = 4 * 1024 * 1024;
  std::string file;
  std::string text;
};

// Reads every document of `input` and appends what it finds; mistakes go to `violations`, all of
// them.
void ReadDefinitions(const DefinitionText& input, const std::string& workspace,
                     const SecretSource& secrets, std::vector<Definition>& definitions,
                     base::FieldViolations& violations);

// Brings definitions into the order in which they can be applied: what others refer to comes first.
// Otherwise the order of the files stays. Two definitions of one name are a violation.
void OrderDefinitions(std::vector<Definition>& definitions, base::FieldViolations& violations);

// A field that the server found wrong, as a label of the definition's file ("demo.yaml:7:
// request.url").
std::string LabelOf(const Definition& definition, std::string_view server_field);

}  // namespace syncline::cli
