#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "expression/value.h"
#include "model/row.h"
#include "syncline/v1/mapping.pb.h"
#include "syncline/v1/object_type.pb.h"

namespace syncline::mapping {

// Constants of the integration, `vars` of templates.
using Variables = std::map<std::string, std::string>;

inline constexpr int kSyncKeysMax = 8;
inline constexpr int kFieldsMax = 500;
inline constexpr int kLookupEntriesMax = 1'000;

// What the writer has to know of a mapped field, beside its column.
struct TargetField {
  model::Column column;
  bool required = false;
  bool unique = false;
  bool clear_when_empty = false;  // else an empty value leaves the stored one alone
};

// A mapping, checked against its object type and ready to run: every expression is parsed, every
// constant converted. Immutable, cheap to copy, safe for concurrent use.
class CompiledMapping {
 public:
  // INVALID_ARGUMENT that names every mistake at once, with paths such as `fields.email.from` and
  // `syncKeys[1]`.
  static absl::StatusOr<CompiledMapping> Compile(const v1::Mapping& mapping,
                                                 const v1::ObjectType& object_type,
                                                 const Variables& variables);

  // Converts the elements of `records`, an array. Never fails: a record that cannot be mapped
  // becomes a reject. Of records with the same key the last one counts. `owner` keeps alive
  // whatever the records refer to (document and memory of the page); the batch holds it.
  // `run_start_time` is what date functions call now, so that a page that is mapped twice yields
  // the same rows.
  model::RowBatch Map(const expression::Value& records, std::shared_ptr<const void> owner,
                      base::Time run_start_time) const;

  // The mapped fields in the order of the object type; columns of every batch.
  const std::vector<TargetField>& fields() const;
  // Indexes into fields(), in order of priority.
  const std::vector<std::size_t>& sync_keys() const;
  v1::WritePolicy write_policy() const;
  std::int64_t version() const;

  struct Program;  // private to this folder

 private:
  explicit CompiledMapping(std::shared_ptr<const Program> program) : program_(std::move(program)) {}
  std::shared_ptr<const Program> program_;
};

// What is checked when a mapping is saved.
absl::Status ValidateMapping(const v1::Mapping& mapping, const v1::ObjectType& object_type,
                             const Variables& variables);

}  // namespace syncline::mapping
