#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/key_table.h"
#include "expression/expression.h"
#include "mapping/mapping_program.h"
#include "model/row.h"

namespace syncline::mapping {

// A reject of this record, with its raw text cut to Reject::kRecordBytesMax.
model::Reject RejectOf(std::int64_t record_index, const expression::Value& record);

// Maps the records of one page, one after the other, into a batch. Lives on the stack of
// CompiledMapping::Map.
class RecordMapper {
 public:
  // `records` gives what the mapping sees beside each of them; it must outlive the mapper.
  RecordMapper(const CompiledMapping::Program& program, const Records& records,
               base::Time run_start_time, model::RowBatch* batch);
  void Add(std::int64_t record_index, const expression::Value& record);
  void Refuse(const RefusedRecord& refused, const expression::Value& record);

 private:
  bool MapField(std::size_t field, const expression::Value& record, model::Cell* cell);
  bool Evaluate(const FieldProgram& program, const expression::Value& record,
                expression::Value* value);
  // The record with `parent` and `parents` of the fan-out as its members.
  expression::Value WithParents(const expression::Value& record);
  expression::Value LookedUp(const FieldProgram& program, const expression::Value& value);
  void Keep(std::int64_t record_index, const base::Hash128& key);
  const model::Cell* KeyOf(base::Hash128* key);
  base::Hash128 HashOfRow();
  void AddReject(std::int64_t record_index, const expression::Value& record, std::string field);

  const CompiledMapping::Program& program_;
  const Records& records_;
  model::RowBatch& batch_;
  TextArena arena_;
  expression::Evaluation evaluation_;
  expression::Scope scope_;  // of templates
  std::vector<expression::Member> variables_;
  std::string start_time_;
  std::vector<expression::Member> run_;
  std::vector<expression::Member> with_parents_;  // of the record at hand; empty: not made yet
  base::KeyTable table_;                          // rows by record key
  std::vector<model::Cell> row_;                  // the record at hand
  std::string bytes_;                             // what is hashed
  std::string rendered_;                          // text of a template or a lookup
  base::Reason reason_ = base::Reason::kConversionFailed;
  std::string message_;  // of the reject at hand
};

}  // namespace syncline::mapping
