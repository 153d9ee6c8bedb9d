#include "store/mapping_store.h"

#include "store/sql.h"

namespace syncline::store {
namespace {

absl::StatusOr<v1::Mapping> Read(const Result& result, const model::MappingName& name) {
  if (result.empty()) return NotFound(name.ToString());
  v1::Mapping mapping;
  SYNCLINE_RETURN_IF_ERROR(FromProtoJson(result.Text(0, 0), &mapping));
  mapping.set_name(name.ToString());
  mapping.set_version(result.Int64(0, 1));
  mapping.set_etag(EtagOf(mapping.version()));
  *mapping.mutable_update_time() = ToTimestamp(result.Time(0, 2));
  return mapping;
}

Parameters KeyOf(const model::MappingName& name) {
  Parameters parameters;
  parameters.Text(name.workspace).Text(name.integration);
  return parameters;
}

std::string SpecOf(v1::Mapping mapping) {
  mapping.clear_version();
  return SpecJson(std::move(mapping));
}

}  // namespace

absl::StatusOr<v1::Mapping> InsertMapping(Transaction& transaction,
                                          const model::MappingName& name) {
  SYNCLINE_ASSIGN_OR_RETURN(const Result rows,
                            transaction.Execute(sql::kMappingInsert, KeyOf(name)));
  return Read(rows, name);
}

absl::StatusOr<v1::Mapping> FindMapping(Transaction& transaction, const model::MappingName& name,
                                        Lock lock) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result rows,
      transaction.Execute(lock == Lock::kForUpdate ? sql::kMappingFindForUpdate : sql::kMappingFind,
                          KeyOf(name)));
  return Read(rows, name);
}

absl::StatusOr<v1::Mapping> UpdateMapping(Transaction& transaction, const model::MappingName& name,
                                          const v1::Mapping& mapping) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const Result rows,
      transaction.Execute(sql::kMappingUpdate, KeyOf(name).Json(SpecOf(mapping))));
  return Read(rows, name);
}

}  // namespace syncline::store
