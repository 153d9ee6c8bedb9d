#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/reason.h"
#include "expression/value.h"
#include "model/row.h"
#include "syncline/v1/integration.pb.h"
#include "syncline/v1/mapping.pb.h"
#include "syncline/v1/object_type.pb.h"

namespace syncline::mapping {

// Constants of the integration, `vars` of templates.
using Variables = std::map<std::string, std::string>;

// What of its integration a mapping sees.
struct Surroundings {
  Variables variables = {};
  // Of the fan-out, from the outermost on; empty when there is none.
  std::vector<std::string> levels = {};
};
Surroundings SurroundingsOf(const v1::Integration& integration);

// A record that something before the mapping refused.
struct RefusedRecord {
  std::int64_t index = 0;
  base::Reason reason = base::Reason::kDetailFailed;
  std::string message;
};

// The records of one page. The values must be valid as long as `owner` is held.
struct Records {
  expression::Value list;             // an array
  std::shared_ptr<const void> owner;  // document and memory of the page
  // Of the page's partition; null without a fan-out.
  expression::Value parent = {};
  expression::Value parents = {};
  std::vector<RefusedRecord> refused = {};  // in order of index
  std::vector<std::int64_t> left_out = {};  // indexes of records that are not mapped, in order
};

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
                                                 const Surroundings& surroundings);

  // Converts the records of a page. Never fails: a record that cannot be mapped becomes a reject,
  // and so do those that were refused before. Of records with the same key the last one counts. The
  // batch holds the owner of the records. `run_start_time` is what date functions call now, so that
  // a page that is mapped twice yields the same rows.
  model::RowBatch Map(const Records& records, base::Time run_start_time) const;

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
                             const Surroundings& surroundings);

}  // namespace syncline::mapping
