#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/reason.h"
#include "load/load_target.h"
#include "model/row.h"
#include "store/database.h"

namespace syncline::load {

// One object and the rows of the page that describe it, in the order of the page: almost always
// one.
struct ObjectRows {
  std::int64_t object_id = 0;
  std::vector<std::size_t> rows;
};

// Why a row was refused by the database.
struct Refusal {
  std::size_t row = 0;
  base::Reason reason = base::Reason::kInternal;
  std::string message;
  std::string field;
};

using ObjectIds = std::unordered_set<std::int64_t>;

// Writes the objects of one page inside its transaction. Statements carry all objects at once; in
// careful mode an object that the database refuses is found by halving, between savepoints, and
// becomes a refusal instead of an error. Lives as long as one attempt.
class ObjectWriter {
 public:
  ObjectWriter(const LoadTarget& target, store::Transaction& transaction,
               const model::RowBatch& rows, bool careful)
      : target_(target), transaction_(transaction), rows_(rows), careful_(careful) {}

  // The object of each of these rows by sync key, in order of priority; 0 = none.
  absl::StatusOr<std::vector<std::int64_t>> Find(std::span<const std::size_t> rows);
  // Which of these objects are still there.
  absl::StatusOr<ObjectIds> Exist(std::span<const ObjectRows> objects);
  // Writes what differs. The ids of objects that were written.
  absl::StatusOr<ObjectIds> Update(std::vector<ObjectRows> objects);
  // Adds objects by COPY. UNIQUE_VIOLATION and the like leave the transaction failed.
  absl::Status Copy(std::span<const ObjectRows> objects);
  // Adds those that conflict with no other object; their ids.
  absl::StatusOr<ObjectIds> Insert(std::span<const ObjectRows> objects);
  // Names the unique field of the row whose value another object has, as a refusal. An error of
  // DATABASE_CONFLICT when there is none (any more).
  absl::Status RefuseConflict(std::size_t row);

  const std::vector<Refusal>& refusals() const { return refusals_; }

 private:
  model::Cell Folded(const ObjectRows& object, std::size_t column) const;
  store::Parameters ParametersOf(std::span<const ObjectRows> objects) const;
  absl::StatusOr<ObjectIds> Run(const std::string& statement, std::span<const ObjectRows> objects);
  absl::Status Halve(const std::string& statement, std::span<const ObjectRows> objects,
                     ObjectIds* written, std::vector<ObjectRows>* refused);
  absl::StatusOr<ObjectIds> RunCarefully(const std::string& statement,
                                         std::span<const ObjectRows> objects);
  void Refuse(const ObjectRows& object, const absl::Status& status);
  // The objects that have the values of these rows in that unique column; 0 = none.
  absl::Status FindBy(std::size_t column, std::span<const std::size_t> rows,
                      std::vector<std::int64_t>* objects);

  const LoadTarget& target_;
  store::Transaction& transaction_;
  const model::RowBatch& rows_;
  const bool careful_;
  std::vector<Refusal> refusals_;
};

// Whether an error is about a value of some row, so that the other rows can be written.
bool IsAboutARow(const absl::Status& status);

}  // namespace syncline::load
