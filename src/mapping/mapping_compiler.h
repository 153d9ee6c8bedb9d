#pragma once

#include <memory>
#include <set>
#include <string>

#include "base/status.h"
#include "mapping/mapping_program.h"

namespace syncline::mapping {

// Builds one program and gathers every mistake on the way. Lives on the stack of Compile.
class MappingCompiler {
 public:
  MappingCompiler(const v1::Mapping& mapping, const v1::ObjectType& object_type,
                  const Surroundings& surroundings);
  absl::StatusOr<std::shared_ptr<const CompiledMapping::Program>> Compile();

 private:
  void CheckNames();
  void AddField(const v1::Field& field, const v1::FieldMapping& mapping);
  void AddSource(const std::string& path, const v1::FieldMapping& mapping, FieldProgram* program);
  void AddTemplate(const std::string& path, const v1::FieldMapping& mapping, FieldProgram* program);
  void AddLookup(const std::string& path, const v1::FieldMapping& mapping, const TargetField& field,
                 FieldProgram* program);
  void AddConstant(const std::string& path, const v1::FieldMapping& mapping,
                   const TargetField& field, FieldProgram* program);
  // Whether these paths look up parents; a level that there is not becomes a violation.
  bool CheckParents(const std::vector<std::string>& paths, const std::string& field);
  void AddTimeRules(const std::string& path, const v1::FieldMapping& mapping,
                    const TargetField& field, FieldProgram* program);
  void AddSyncKeys();

  const v1::Mapping& mapping_;
  const v1::ObjectType& object_type_;
  const Surroundings& surroundings_;
  std::shared_ptr<CompiledMapping::Program> program_;
  base::FieldViolations violations_;
};

}  // namespace syncline::mapping
