#include "pull/watermark.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <span>
#include <utility>

#include "base/status.h"
#include "http/date.h"
#include "json/document.h"
#include "mapping/decimal.h"

namespace syncline::pull {
namespace {

using expression::Value;

constexpr std::size_t kShownBytesMax = 100;

std::int64_t Milliseconds(base::Time time) {
  return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

// Absent, null, and "".
bool IsAbsent(const Value& value) {
  return value.is_null() || (value.kind() == json::Kind::kString && value.text().empty());
}

void AppendOptional(std::string_view key, const std::optional<std::int64_t>& value,
                    std::string* out) {
  if (value.has_value()) *out += fmt::format(R"("{}":{},)", key, *value);
}

// False for a member that is there and is no whole number.
bool ReadOptional(json::Node object, std::string_view key, std::optional<std::int64_t>* value) {
  json::Node node;
  value->reset();
  if (!object.Find(key, &node)) return true;
  if (node.kind() != json::Kind::kNumber) return false;
  const std::string_view text = node.text();
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  *value = number;
  return error == std::errc() && end == text.data() + text.size();
}

// The values in memory that lives as long as the page's.
Value Kept(const std::vector<Value>& values, expression::Evaluation& memory) {
  std::pmr::polymorphic_allocator<Value> allocator(memory.memory());
  Value* const kept = allocator.allocate(values.size());
  std::uninitialized_copy(values.begin(), values.end(), kept);
  return Value::Array(std::span<const Value>(kept, values.size()));
}

}  // namespace

void Watermark::Begin(std::optional<std::int64_t> state) {
  begun_ = true;
  from_ = state;
  if (state.has_value()) {
    bound_ = plan_->BoundOf(*state);
    cursor_ = plan_->Write(*bound_);
  } else {
    cursor_ = initial_;
    bound_ = initial_.empty() ? std::nullopt : plan_->ReadWritten(initial_);
  }
  // `initial` may say "007", which is no number of JSON.
  const bool number = plan_->writes_numbers() && mapping::IsCanonicalDecimal(cursor_);
  const Value cursor = number ? Value::Number(cursor_) : Value::String(cursor_);
  state_.Set("cursor", cursor_.empty() ? Value::Null() : cursor);
}

// What changes while the walk is under way may be missed by it on pages that it has left, although
// it sees later changes elsewhere: the state must not go beyond the moment when it began. The
// vendor's clock wrote the times, so that its Date counts as well as ours.
void Watermark::NoteBeginning(const http::Headers& headers) {
  if (walk_time_.has_value()) return;
  walk_time_ = Milliseconds(run_start_);
  const auto text = headers.Find("date");
  if (!text.has_value()) return;
  if (const auto date = http::ParseHttpDate(*text, run_start_); date.has_value()) {
    walk_time_ = std::min(*walk_time_, Milliseconds(*date));
  }
}

absl::Status Watermark::LookAt(const Value& subject, const expression::Expression& field,
                               expression::Evaluation& evaluation, Values* values,
                               bool* old) const {
  evaluation.Reset();
  SYNCLINE_ASSIGN_OR_RETURN(const Value value, field.Evaluate(subject, evaluation));
  if (IsAbsent(value)) return absl::OkStatus();
  const std::optional<std::int64_t> state = plan_->Read(value);
  if (!state.has_value()) {
    if (values->unreadable.empty()) values->unreadable = expression::ToJson(value);
    return absl::OkStatus();
  }
  ++values->readable_count;
  values->largest = std::max(values->largest.value_or(*state), *state);
  *old = bound_.has_value() && *state < *bound_;
  values->newer |= !*old;
  return absl::OkStatus();
}

// A single value that cannot be read is tolerated, and its record taken. When there was none that
// can, the definition is wrong, and every run would walk the whole list for ever.
absl::Status Watermark::Judge(const Values& values, std::string_view field) {
  if (values.largest.has_value()) {
    largest_ = std::max(largest_.value_or(*values.largest), *values.largest);
  }
  if (largest_.has_value() || values.unreadable.empty()) return absl::OkStatus();
  return base::Error(
      base::Reason::kExpressionFailed,
      fmt::format("incremental.{} yields {}, which {}", field,
                  values.unreadable.substr(0, kShownBytesMax),
                  plan_->is_time() ? "none of inputFormats reads" : "is no whole number"));
}

absl::StatusOr<Watermark::Observed> Watermark::Observe(const http::Headers& headers,
                                                       const Value& records, const Value& scope,
                                                       expression::Evaluation* memory) {
  NoteBeginning(headers);
  Values values;
  bool old = false;
  expression::Evaluation evaluation(run_start_);
  Observed observed{.records = records};
  if (const expression::Expression* field = plan_->response_field(); field != nullptr) {
    SYNCLINE_RETURN_IF_ERROR(LookAt(scope, *field, evaluation, &values, &old));
    SYNCLINE_RETURN_IF_ERROR(Judge(values, "responseField"));
    return observed;
  }
  const expression::Expression* const field = plan_->record_field();
  if (field == nullptr) return observed;
  absl::Status status;
  records.ForEachElement([&](const Value& record) {
    if (!status.ok()) return;
    old = false;
    status = LookAt(record, *field, evaluation, &values, &old);
    if (!old && plan_->client_side()) values.taken.push_back(record);
  });
  SYNCLINE_RETURN_IF_ERROR(status);
  SYNCLINE_RETURN_IF_ERROR(Judge(values, "recordField"));
  if (!plan_->client_side()) return observed;
  if (values.taken.size() < records.size()) observed.records = Kept(values.taken, *memory);
  observed.ends = plan_->newest_first() && values.readable_count > 0 && !values.newer;
  return observed;
}

std::optional<std::int64_t> Watermark::Outcome() const {
  std::optional<std::int64_t> state = largest_;
  if (plan_->record_field() == nullptr && plan_->response_field() == nullptr) state = walk_time_;
  if (!state.has_value()) return std::nullopt;
  if (plan_->is_time() && walk_time_.has_value()) state = std::min(*state, *walk_time_);
  // What look_back asks for again is older than the state, and does not take it back.
  if (from_.has_value() && *state <= *from_) return std::nullopt;
  return state;
}

std::string Watermark::Checkpoint(std::string_view walk) const {
  std::string out = R"({"state":{)";
  AppendOptional("from", from_, &out);
  AppendOptional("largest", largest_, &out);
  AppendOptional("walk_time", walk_time_, &out);
  if (out.back() == ',') out.pop_back();
  return out + R"(},"walk":)" + std::string(walk) + "}";
}

absl::Status Watermark::Restore(std::string_view text, std::string* walk) {
  const auto document = json::Document::Parse(std::string(text));
  json::Node state;
  json::Node inner;
  std::optional<std::int64_t> from;
  const bool read =
      document.ok() && (*document)->root().Find("state", &state) &&
      ReadOptional(state, "from", &from) && ReadOptional(state, "largest", &largest_) &&
      ReadOptional(state, "walk_time", &walk_time_) && (*document)->root().Find("walk", &inner);
  if (!read) {
    return base::Error(base::Reason::kInternal, "The checkpoint's state is none of ours.");
  }
  *walk = json::ToJson(inner);
  Begin(from);
  return absl::OkStatus();
}

}  // namespace syncline::pull
