#include "load/load_target.h"

#include <fmt/format.h>

#include <utility>

#include "model/resource_name.h"
#include "store/sql.h"
#include "store/workspace_schema.h"
#include "store/workspace_store.h"

namespace syncline::load {
namespace {

std::vector<store::ObjectColumn> ColumnsOf(const mapping::CompiledMapping& mapping) {
  std::vector<store::ObjectColumn> columns;
  for (const mapping::TargetField& field : mapping.fields()) {
    columns.push_back({field.column, field.clear_when_empty});
  }
  return columns;
}

// A definition that was stored with a run names its type; the table follows from that name.
std::string TableOf(const std::string& schema_name, const v1::ObjectType& type) {
  const auto name = model::ObjectTypeName::Parse(type.name());
  return fmt::format("{}.{}", store::QuoteIdentifier(schema_name),
                     store::QuoteIdentifier(name.ok() ? name->object_type : std::string()));
}

}  // namespace

LoadTarget MakeLoadTarget(LoadTargetOptions options, const mapping::CompiledMapping& mapping) {
  namespace sql = store::sql;
  const std::string schema = store::SchemaNameOf(options.workspace);
  options.object_type.set_table(TableOf(schema, options.object_type));
  const auto expand = [&](std::string_view text) { return store::ExpandSchema(text, schema); };
  LoadTarget target{
      .fence = std::move(options.fence),
      .integration_uid = options.integration_uid,
      .schema_name = schema,
      .object_type = options.object_type,
      .mapping = mapping,
      .reject_count_max = options.reject_count_max,
      .objects = store::ObjectStatements(options.object_type.table(), ColumnsOf(mapping)),
      .links = expand(sql::kPageCommitLinks),
      .links_between = expand(sql::kPageCommitLinksBetween),
      .ids = expand(sql::kPageCommitIds),
      .copy_links = expand(sql::kPageCommitCopyLinks),
      .update_links = expand(sql::kPageCommitUpdateLinks),
      .drop_rejects = expand(sql::kPageCommitDropRejects),
      .copy_rejects = expand(sql::kPageCommitCopyRejects),
      .record_versions = expand(sql::kPageCommitRecordVersions),
      .begin = expand(sql::kPageCommitBegin),
      .advance = expand(sql::kPageCommitAdvance),
      .missing = expand(sql::kPageCommitMissing),
      .end = expand(sql::kPageCommitEnd),
      .purge_seen = expand(sql::kPageCommitPurgeSeen),
      .keep_states = expand(sql::kPageCommitKeepStates),
      .store_states = expand(sql::kPageCommitStoreStates),
      .purge_states = expand(sql::kPageCommitPurgeStates),
      .state_meaning = std::move(options.state_meaning)};
  const auto& fields = mapping.fields();
  for (std::size_t i = 0; i < fields.size(); ++i) {
    target.finds.push_back(fields[i].unique ? target.objects.Find(i) : std::string());
  }
  return target;
}

}  // namespace syncline::load
