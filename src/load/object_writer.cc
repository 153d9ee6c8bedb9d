#include "load/object_writer.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/status.h"
#include "store/cell_format.h"
#include "store/object_table.h"
#include "store/wire_format.h"

namespace syncline::load {
namespace {

ObjectIds IdsOf(const store::Result& rows) {
  ObjectIds ids;
  for (int row = 0; row < rows.size(); ++row) ids.insert(rows.Int64(row, 0));
  return ids;
}

std::vector<std::int64_t> IdsOf(std::span<const ObjectRows> objects) {
  std::vector<std::int64_t> ids;
  ids.reserve(objects.size());
  for (const ObjectRows& object : objects) ids.push_back(object.object_id);
  return ids;
}

}  // namespace

bool IsAboutARow(const absl::Status& status) {
  switch (base::ReasonOf(status)) {
    case base::Reason::kUniqueViolation:
    case base::Reason::kConversionFailed:
    case base::Reason::kTextInvalid:
    case base::Reason::kRequiredFieldEmpty: return true;
    default: return false;
  }
}

// Several rows of one object amount to writing them one after the other.
model::Cell ObjectWriter::Folded(const ObjectRows& object, std::size_t column) const {
  const model::Cell& newest = rows_.at(object.rows.back(), column);
  if (!newest.empty || target_.mapping.fields()[column].clear_when_empty) return newest;
  for (auto row = object.rows.rbegin(); row != object.rows.rend(); ++row) {
    if (const model::Cell& cell = rows_.at(*row, column); !cell.empty) return cell;
  }
  return newest;
}

store::Parameters ObjectWriter::ParametersOf(std::span<const ObjectRows> objects) const {
  store::Parameters parameters;
  parameters.Int64Array(IdsOf(objects));
  for (std::size_t column = 0; column < rows_.columns.size(); ++column) {
    const model::FieldType type = rows_.columns[column].type;
    std::string array = store::CellArrayHeader(type, objects.size());
    for (const ObjectRows& object : objects) {
      store::AppendCell(array, type, Folded(object, column));
    }
    parameters.Encoded(store::ArrayOid(type), std::move(array));
  }
  return parameters;
}

absl::Status ObjectWriter::FindBy(std::size_t column, std::span<const std::size_t> rows,
                                  std::vector<std::int64_t>* objects) {
  std::vector<std::size_t> asked;  // places in `rows`
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if ((*objects)[i] == 0 && !rows_.at(rows[i], column).empty) asked.push_back(i);
  }
  if (asked.empty()) return absl::OkStatus();
  const model::FieldType type = rows_.columns[column].type;
  std::string array = store::CellArrayHeader(type, asked.size());
  for (const std::size_t place : asked) {
    store::AppendCell(array, type, rows_.at(rows[place], column));
  }
  SYNCLINE_ASSIGN_OR_RETURN(
      const store::Result found,
      transaction_.Execute(target_.finds[column],
                           store::Parameters().Encoded(store::ArrayOid(type), std::move(array))));
  for (int i = 0; i < found.size(); ++i) {
    (*objects)[asked[static_cast<std::size_t>(found.Int64(i, 0) - 1)]] = found.Int64(i, 1);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::int64_t>> ObjectWriter::Find(std::span<const std::size_t> rows) {
  std::vector<std::int64_t> objects(rows.size());
  for (const std::size_t column : target_.mapping.sync_keys()) {
    SYNCLINE_RETURN_IF_ERROR(FindBy(column, rows, &objects));
  }
  return objects;
}

absl::StatusOr<ObjectIds> ObjectWriter::Exist(std::span<const ObjectRows> objects) {
  SYNCLINE_ASSIGN_OR_RETURN(const store::Result rows,
                            transaction_.Execute(target_.objects.exists(),
                                                 store::Parameters().Int64Array(IdsOf(objects))));
  return IdsOf(rows);
}

absl::StatusOr<ObjectIds> ObjectWriter::Update(std::vector<ObjectRows> objects) {
  // Everyone locks objects in the order of their ids.
  std::ranges::sort(objects, {}, &ObjectRows::object_id);
  return careful_ ? RunCarefully(target_.objects.update(), objects)
                  : Run(target_.objects.update(), objects);
}

absl::Status ObjectWriter::Copy(std::span<const ObjectRows> objects) {
  std::string tuples;
  const auto columns = static_cast<std::int16_t>(rows_.columns.size() + 1);
  for (const ObjectRows& object : objects) {
    store::AppendInt16(tuples, columns);
    store::AppendInt32(tuples, sizeof(object.object_id));
    store::AppendInt64(tuples, object.object_id);
    for (std::size_t column = 0; column < rows_.columns.size(); ++column) {
      store::AppendCell(tuples, rows_.columns[column].type, rows_.at(object.rows.front(), column));
    }
  }
  return transaction_.CopyBinary(target_.objects.copy(), tuples).status();
}

absl::StatusOr<ObjectIds> ObjectWriter::Insert(std::span<const ObjectRows> objects) {
  return RunCarefully(target_.objects.insert(), objects);
}

absl::StatusOr<ObjectIds> ObjectWriter::Run(const std::string& statement,
                                            std::span<const ObjectRows> objects) {
  if (objects.empty()) return ObjectIds();
  SYNCLINE_ASSIGN_OR_RETURN(const store::Result rows,
                            transaction_.Execute(statement, ParametersOf(objects)));
  return IdsOf(rows);
}

absl::StatusOr<ObjectIds> ObjectWriter::RunCarefully(const std::string& statement,
                                                     std::span<const ObjectRows> objects) {
  ObjectIds written;
  std::vector<ObjectRows> refused;
  SYNCLINE_RETURN_IF_ERROR(Halve(statement, objects, &written, &refused));
  // A value that one object gives up may be what another one waits for: once more, one by one.
  for (const ObjectRows& object : refused) {
    std::vector<ObjectRows> again;
    const std::size_t refusals = refusals_.size();
    SYNCLINE_RETURN_IF_ERROR(Halve(statement, {&object, 1}, &written, &again));
    if (again.empty()) continue;
    // The refusal of the first time stands already.
    refusals_.resize(refusals);
  }
  std::erase_if(refusals_, [&](const Refusal& refusal) {
    return std::ranges::any_of(refused, [&](const ObjectRows& object) {
      return written.contains(object.object_id) &&
             std::ranges::find(object.rows, refusal.row) != object.rows.end();
    });
  });
  return written;
}

absl::Status ObjectWriter::Halve(const std::string& statement, std::span<const ObjectRows> objects,
                                 ObjectIds* written, std::vector<ObjectRows>* refused) {
  if (objects.empty()) return absl::OkStatus();
  if (static_cast<std::int64_t>(refusals_.size()) > target_.reject_count_max) {
    return base::Error(base::Reason::kRejectLimitReached, "Too many records were rejected.");
  }
  SYNCLINE_RETURN_IF_ERROR(transaction_.ExecuteScript("SAVEPOINT halve"));
  const absl::StatusOr<ObjectIds> ids = Run(statement, objects);
  if (ids.ok()) {
    written->insert(ids->begin(), ids->end());
    return transaction_.ExecuteScript("RELEASE halve");
  }
  if (!IsAboutARow(ids.status())) return ids.status();
  SYNCLINE_RETURN_IF_ERROR(transaction_.ExecuteScript("ROLLBACK TO halve; RELEASE halve"));
  if (objects.size() == 1) {
    Refuse(objects.front(), ids.status());
    refused->push_back(objects.front());
    return absl::OkStatus();
  }
  const std::size_t half = objects.size() / 2;
  SYNCLINE_RETURN_IF_ERROR(Halve(statement, objects.first(half), written, refused));
  return Halve(statement, objects.subspan(half), written, refused);
}

void ObjectWriter::Refuse(const ObjectRows& object, const absl::Status& status) {
  const base::ErrorMetadata metadata = base::MetadataOf(status);
  const base::Reason reason = base::ReasonOf(status);
  std::string field;
  if (const auto index = metadata.find("constraint"); index != metadata.end()) {
    field = store::FieldOfUniqueIndex(target_.object_type, index->second);
  }
  const std::string message =
      reason == base::Reason::kUniqueViolation
          ? fmt::format(
                "{}: another object has this value already, and the record belongs to "
                "object {}; values of a unique field cannot be shared.",
                field, object.object_id)
          : base::MessageOf(status);
  for (const std::size_t row : object.rows) refusals_.push_back({row, reason, message, field});
}

absl::Status ObjectWriter::RefuseConflict(std::size_t row) {
  const auto& fields = target_.mapping.fields();
  for (std::size_t column = 0; column < fields.size(); ++column) {
    if (!fields[column].unique) continue;
    std::vector<std::int64_t> objects(1);
    SYNCLINE_RETURN_IF_ERROR(FindBy(column, {&row, 1}, &objects));
    if (objects.front() == 0) continue;
    refusals_.push_back({row, base::Reason::kUniqueViolation,
                         fmt::format("{}: object {} has this value already, and no sync key of the "
                                     "record leads to it; add the field to the sync keys, or "
                                     "correct the value.",
                                     fields[column].column.field, objects.front()),
                         fields[column].column.field});
    return absl::OkStatus();
  }
  return base::Error(base::Reason::kDatabaseConflict, "A conflicting object came and went.");
}

}  // namespace syncline::load
