#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "load/page_committer.h"
#include "mapping/compiled_mapping.h"
#include "model/row.h"
#include "store/object_statements.h"
#include "syncline/v1/object_type.pb.h"

namespace syncline::load {

// Where one run writes to: the statements of its object type and workspace, made once per run.
// Immutable; read by every part of the committer.
struct LoadTarget {
  RunFence fence;
  std::int64_t integration_uid = 0;
  std::string schema_name;  // of the workspace
  v1::ObjectType object_type;
  mapping::CompiledMapping mapping;
  std::int64_t reject_count_max = 1'000;

  store::ObjectStatements objects;
  std::vector<std::string> finds;  // store::ObjectStatements::Find, per column; "" if not unique
  std::string links, links_between, ids, copy_links, update_links, drop_rejects, copy_rejects;
  std::string record_versions;
  std::string begin, advance, missing, end, purge_seen;
  std::string keep_states, store_states, purge_states;
  std::string state_meaning;  // "" = the integration has no `incremental`
};

struct LoadTargetOptions {
  RunFence fence;
  std::string workspace;
  std::int64_t integration_uid = 0;
  v1::ObjectType object_type;  // as stored with the run; its table is set from the workspace
  std::int64_t reject_count_max = 1'000;
  std::string state_meaning = "";  // of the states of its pages; "" = it has none
};

LoadTarget MakeLoadTarget(LoadTargetOptions options, const mapping::CompiledMapping& mapping);

// What is known of one row's record. link_id 0: no link yet.
struct Link {
  std::int64_t link_id = 0;
  std::int64_t object_id = 0;
  base::Hash128 row_hash;
};

}  // namespace syncline::load
