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

absl::StatusOr<CompiledMapping> CompiledMapping::Compile(const v1::Mapping& mapping,
                                                         const v1::ObjectType& object_type,
                                                         const Variables& variables) {
  SYNCLINE_ASSIGN_OR_RETURN(std::shared_ptr<const Program> program,
                            MappingCompiler(mapping, object_type, variables).Compile());
  return CompiledMapping(std::move(program));
}

model::RowBatch CompiledMapping::Map(const expression::Value& records,
                                     std::shared_ptr<const void> owner,
                                     base::Time run_start_time) const {
  model::RowBatch batch;
  for (const TargetField& field : program_->fields) batch.columns.push_back(field.column);
  batch.document = std::make_shared<Source>(Source{std::move(owner), program_});
  // The batch holds the owner beside this function, so the function need not.
  batch.reject_of = [records](std::int64_t index) {
    return RejectOf(index, records.ElementAt(index));
  };
  const std::size_t count = records.kind() == json::Kind::kArray ? records.size() : 0;
  RecordMapper mapper(*program_, run_start_time, count, &batch);
  std::int64_t index = 0;
  records.ForEachElement([&](const expression::Value& record) { mapper.Add(index++, record); });
  return batch;
}

const std::vector<TargetField>& CompiledMapping::fields() const { return program_->fields; }
const std::vector<std::size_t>& CompiledMapping::sync_keys() const { return program_->sync_keys; }
v1::WritePolicy CompiledMapping::write_policy() const { return program_->write_policy; }
std::int64_t CompiledMapping::version() const { return program_->version; }

absl::Status ValidateMapping(const v1::Mapping& mapping, const v1::ObjectType& object_type,
                             const Variables& variables) {
  return CompiledMapping::Compile(mapping, object_type, variables).status();
}

}  // namespace syncline::mapping
