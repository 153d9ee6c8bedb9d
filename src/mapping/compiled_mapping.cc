#include "mapping/compiled_mapping.h"

#include <utility>

#include "base/status.h"
#include "mapping/mapping_compiler.h"
#include "mapping/record_mapper.h"

namespace syncline::mapping {
namespace {

// What the cells of a batch point into.
struct Source {
  std::shared_ptr<const void> owner;
  std::shared_ptr<const CompiledMapping::Program> program;
};

}  // namespace

Surroundings SurroundingsOf(const v1::Integration& integration) {
  Surroundings surroundings{.variables = {integration.vars().begin(), integration.vars().end()}};
  for (const v1::FanOutLevel& level : integration.fan_out().levels()) {
    surroundings.levels.push_back(level.name());
  }
  return surroundings;
}

absl::StatusOr<CompiledMapping> CompiledMapping::Compile(const v1::Mapping& mapping,
                                                         const v1::ObjectType& object_type,
                                                         const Surroundings& surroundings) {
  SYNCLINE_ASSIGN_OR_RETURN(std::shared_ptr<const Program> program,
                            MappingCompiler(mapping, object_type, surroundings).Compile());
  return CompiledMapping(std::move(program));
}

model::RowBatch CompiledMapping::Map(const Records& records, base::Time run_start_time) const {
  model::RowBatch batch;
  for (const TargetField& field : program_->fields) batch.columns.push_back(field.column);
  batch.document = std::make_shared<Source>(Source{records.owner, program_});
  // The batch holds the owner beside this function, so the function need not.
  batch.reject_of = [list = records.list](std::int64_t index) {
    return RejectOf(index, list.ElementAt(index));
  };
  RecordMapper mapper(*program_, records, run_start_time, &batch);
  std::int64_t index = 0;
  auto refused = records.refused.begin();
  auto left_out = records.left_out.begin();
  records.list.ForEachElement([&](const expression::Value& record) {
    if (left_out != records.left_out.end() && *left_out == index) {
      ++left_out;
    } else if (refused != records.refused.end() && refused->index == index) {
      mapper.Refuse(*refused++, record);
    } else {
      mapper.Add(index, record);
    }
    ++index;
  });
  return batch;
}

const std::vector<TargetField>& CompiledMapping::fields() const { return program_->fields; }
const std::vector<std::size_t>& CompiledMapping::sync_keys() const { return program_->sync_keys; }
v1::WritePolicy CompiledMapping::write_policy() const { return program_->write_policy; }
std::int64_t CompiledMapping::version() const { return program_->version; }

absl::Status ValidateMapping(const v1::Mapping& mapping, const v1::ObjectType& object_type,
                             const Surroundings& surroundings) {
  return CompiledMapping::Compile(mapping, object_type, surroundings).status();
}

}  // namespace syncline::mapping
