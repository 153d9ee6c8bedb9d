#include "mapping/record_mapper.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>

#include "base/status.h"

namespace syncline::mapping {
namespace {

using expression::Value;
using json::Kind;

constexpr std::size_t kShownBytesMax = 100;

// The first `bytes_max` bytes, without a torn character at the end.
std::string_view Cut(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

// What came, for people.
std::string Shown(const Value& value) {
  std::string json = expression::ToJson(value);
  const std::string_view cut = Cut(json, kShownBytesMax);
  return cut.size() == json.size() ? json : fmt::format("{}…", cut);
}

template <typename T>
void AppendRaw(T value, std::string* out) {
  out->append(reinterpret_cast<const char*>(&value), sizeof(value));
}

bool IsText(model::FieldType type) {
  return type == model::FieldType::kString || type == model::FieldType::kNumber ||
         type == model::FieldType::kJson;
}

// Equal numbers are one key, whatever their scale: 1.10 and 1.1.
std::string_view WithoutScale(std::string_view number) {
  if (number.find('.') == std::string_view::npos) return number;
  number = number.substr(0, number.find_last_not_of('0') + 1);
  return number.ends_with('.') ? number.substr(0, number.size() - 1) : number;
}

std::size_t CountOf(const Records& records) {
  return records.list.kind() == json::Kind::kArray ? records.list.size() : 0;
}

}  // namespace

model::Reject RejectOf(std::int64_t record_index, const Value& record) {
  model::Reject reject{.record_index = record_index};
  std::string json = expression::ToJson(record);
  reject.record = Cut(json, model::Reject::kRecordBytesMax);
  reject.record_truncated = reject.record.size() < json.size();
  return reject;
}

RecordMapper::RecordMapper(const CompiledMapping::Program& program, const Records& records,
                           base::Time run_start_time, model::RowBatch* batch)
    : program_(program),
      records_(records),
      batch_(*batch),
      arena_(&batch->memory),
      evaluation_(run_start_time),
      table_(CountOf(records)),
      row_(program.fields.size()) {
  const std::size_t record_count = CountOf(records);
  batch_.cells.reserve(record_count * row_.size());
  batch_.record_keys.reserve(record_count);
  batch_.row_hashes.reserve(record_count);
  batch_.record_indexes.reserve(record_count);
  if (!program.has_templates) return;
  for (const auto& [name, value] : program.variables) {
    variables_.emplace_back(name, Value::String(value));
  }
  start_time_ = fmt::format("{:%Y-%m-%dT%H:%M:%S}Z",
                            fmt::gmtime(std::chrono::system_clock::to_time_t(run_start_time)));
  run_.emplace_back("start_time", Value::String(start_time_));
  scope_.Set("vars", Value::Object(variables_));
  scope_.Set("run", Value::Object(run_));
  scope_.Set(kParent, records.parent);
  scope_.Set(kParents, records.parents);
}

void RecordMapper::Add(std::int64_t record_index, const Value& record) {
  evaluation_.Reset();
  with_parents_.clear();
  if (program_.has_templates) scope_.Set("record", record);
  ++batch_.records;
  for (std::size_t i = 0; i < row_.size(); ++i) {
    row_[i] = {};
    if (!MapField(i, record, &row_[i])) {
      return AddReject(record_index, record, program_.fields[i].column.field);
    }
  }
  base::Hash128 key;
  if (KeyOf(&key) == nullptr) {
    reason_ = base::Reason::kSyncKeyEmpty;
    message_ = "Every sync key is empty, so the record cannot be told from others:";
    for (const std::size_t field : program_.sync_keys) {
      message_ += fmt::format(" {} (from {})", program_.fields[field].column.field,
                              program_.programs[field].source);
    }
    return AddReject(record_index, record,
                     program_.fields[program_.sync_keys.front()].column.field);
  }
  Keep(record_index, key);
}

void RecordMapper::Refuse(const RefusedRecord& refused, const Value& record) {
  ++batch_.records;
  reason_ = refused.reason;
  message_ = refused.message;
  AddReject(refused.index, record, "");
}

Value RecordMapper::WithParents(const Value& record) {
  if (with_parents_.empty()) {
    record.ForEachMember([this](std::string_view key, const Value& value) {
      if (key != kParent && key != kParents) with_parents_.emplace_back(key, value);
    });
    with_parents_.emplace_back(kParent, records_.parent);
    with_parents_.emplace_back(kParents, records_.parents);
  }
  return Value::Object(with_parents_);
}

void RecordMapper::Keep(std::int64_t record_index, const base::Hash128& key) {
  const std::size_t row = table_.FindOrAdd(key, batch_.size(), batch_.record_keys);
  if (row == batch_.size()) {
    batch_.cells.insert(batch_.cells.end(), row_.begin(), row_.end());
    batch_.record_keys.push_back(key);
    batch_.row_hashes.push_back(HashOfRow());
    batch_.record_indexes.push_back(record_index);
    return;
  }
  // Of one thing told twice the later word counts.
  ++batch_.duplicates;
  std::copy(row_.begin(), row_.end(),
            batch_.cells.begin() + static_cast<std::ptrdiff_t>(row * row_.size()));
  batch_.row_hashes[row] = HashOfRow();
  batch_.record_indexes[row] = record_index;
}

bool RecordMapper::MapField(std::size_t field, const Value& record, model::Cell* cell) {
  const FieldProgram& program = program_.programs[field];
  Value value;
  if (!program.from.has_value() && !program.text.has_value()) {
    *cell = program.constant;
    return true;
  }
  if (!Evaluate(program, record, &value)) {
    message_ = fmt::format("{} (from {}): {}", program_.fields[field].column.field, program.source,
                           message_);
    return false;
  }
  if (!program.lookup.empty()) value = LookedUp(program, value);
  Conversion conversion{
      .arena = arena_, .time_rules = &program.time_rules, .unique = program_.fields[field].unique};
  if (program.converter(value, conversion, cell)) return true;
  reason_ = conversion.reason;
  message_ = fmt::format("{} (from {}): {} {}.", program_.fields[field].column.field,
                         program.source, Shown(value), conversion.problem);
  return false;
}

bool RecordMapper::Evaluate(const FieldProgram& program, const Value& record, Value* value) {
  if (program.from.has_value()) {
    absl::StatusOr<Value> result =
        program.from->Evaluate(program.sees_parents ? WithParents(record) : record, evaluation_);
    if (result.ok()) {
      *value = *result;
      return true;
    }
    reason_ = base::ReasonOf(result.status());
    message_ = base::MessageOf(result.status());
    return false;
  }
  absl::StatusOr<std::string> text =
      program.text->Render(scope_.value(), evaluation_, expression::Template::Null::kEmpty);
  if (!text.ok()) {
    reason_ = base::ReasonOf(text.status());
    message_ = base::MessageOf(text.status());
    return false;
  }
  rendered_ = *std::move(text);
  *value = Value::String(rendered_);
  return true;
}

Value RecordMapper::LookedUp(const FieldProgram& program, const Value& value) {
  const Kind kind = value.kind();
  if (kind == Kind::kNull || kind == Kind::kArray || kind == Kind::kObject) return value;
  std::string_view text = kind == Kind::kTrue ? "true" : "false";
  if (kind == Kind::kString || kind == Kind::kNumber) text = value.text();
  const auto found = program.lookup.find(text);
  return found == program.lookup.end() ? value : Value::String(found->second);
}

const model::Cell* RecordMapper::KeyOf(base::Hash128* key) {
  for (const std::size_t field : program_.sync_keys) {
    const model::Cell& cell = row_[field];
    if (cell.empty) continue;
    const model::FieldType type = program_.fields[field].column.type;
    bytes_.clear();
    if (type == model::FieldType::kNumber) {
      bytes_ = WithoutScale(cell.text);
    } else if (IsText(type)) {
      bytes_ = cell.text;
    } else {
      AppendRaw(cell.integer, &bytes_);
    }
    *key = base::HashBytes(bytes_, program_.programs[field].key_seed);
    return &cell;
  }
  return nullptr;
}

base::Hash128 RecordMapper::HashOfRow() {
  bytes_.clear();
  for (std::size_t i = 0; i < row_.size(); ++i) {
    const model::Cell& cell = row_[i];
    if (cell.empty) {
      bytes_.push_back('\0');
    } else if (IsText(program_.fields[i].column.type)) {
      bytes_.push_back('t');
      AppendRaw(cell.text.size(), &bytes_);
      bytes_.append(cell.text);
    } else {
      bytes_.push_back('i');
      AppendRaw(cell.integer, &bytes_);
    }
  }
  return base::HashBytes(bytes_, static_cast<std::uint64_t>(program_.version));
}

void RecordMapper::AddReject(std::int64_t record_index, const Value& record, std::string field) {
  model::Reject& reject = batch_.rejects.emplace_back(RejectOf(record_index, record));
  reject.reason = base::ReasonName(reason_);
  reject.message = std::move(message_);
  reject.field = std::move(field);
}

}  // namespace syncline::mapping
