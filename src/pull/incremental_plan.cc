#include "pull/incremental_plan.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include "base/status.h"
#include "mapping/decimal.h"
#include "request/text_templates.h"

namespace syncline::pull {
namespace {

using expression::Value;
using std::chrono::milliseconds;

// What `initial` is tried out with when the definition is saved.
constexpr base::Time kExampleTime{std::chrono::hours(24)};
constexpr char kShownFormat[] = "iso8601";

std::optional<std::int64_t> ReadNumber(std::string_view text) {
  mapping::Decimal decimal;
  std::int64_t number = 0;
  if (!mapping::ParseDecimal(text, &decimal) ||
      mapping::ToInteger(decimal, &number) != mapping::DecimalProblem::kNone) {
    return std::nullopt;
  }
  return number;
}

std::optional<std::int64_t> Count(std::optional<milliseconds> time) {
  if (!time.has_value()) return std::nullopt;
  return time->count();
}

// Never below what there is.
std::int64_t Minus(std::int64_t from, std::int64_t amount) {
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  return from < kLeast + amount ? kLeast : from - amount;
}

void AddTimeOnly(bool present, const char* field, base::FieldViolations* violations) {
  if (present) violations->Add(field, "is for TYPE_TIME; a number is written as its digits");
}

}  // namespace

void IncrementalPlan::CompileSource(const v1::Incremental& definition,
                                    base::FieldViolations* violations) {
  const auto compile = [&](const std::string& text, const char* field) {
    auto compiled = expression::Expression::Compile(text);
    if (compiled.ok()) {
      field_ = *std::move(compiled);
    } else {
      violations->Add(field, base::MessageOf(compiled.status()));
    }
  };
  switch (definition.source_case()) {
    case v1::Incremental::kRecordField:
      source_ = kRecord;
      compile(definition.record_field(), "recordField");
      break;
    case v1::Incremental::kResponseField:
      source_ = kResponse;
      compile(definition.response_field(), "responseField");
      if (field_.has_value()) {
        request::CheckNames(field_->RootNames(), "responseField", {"response", "headers"},
                            violations);
      }
      break;
    case v1::Incremental::kRunStart:
      if (!definition.run_start()) violations->Add("runStart", "can only be true; or leave it out");
      if (is_number_) violations->Add("runStart", "is a time, and `type` says TYPE_NUMBER");
      break;
    default:
      violations->Add("recordField",
                      "is missing: say where the state comes from, with recordField, responseField "
                      "or runStart");
  }
}

void IncrementalPlan::CompileFormats(const v1::Incremental& definition,
                                     base::FieldViolations* violations) {
  if (is_number_) {
    AddTimeOnly(!definition.input_formats().empty(), "inputFormats", violations);
    AddTimeOnly(!definition.output_format().empty(), "outputFormat", violations);
    return;
  }
  const auto make = [&](const std::string& text, const std::string& field) {
    auto format = TimeFormat::Make(text);
    if (!format.ok()) violations->Add(field, base::MessageOf(format.status()));
    return format.ok() ? std::optional(*std::move(format)) : std::nullopt;
  };
  if (definition.input_formats_size() > kInputFormatsMax) {
    violations->Add("inputFormats", fmt::format("has {} entries; at most {}",
                                                definition.input_formats_size(), kInputFormatsMax));
  }
  for (int i = 0; i < std::min(definition.input_formats_size(), kInputFormatsMax); ++i) {
    if (auto format = make(definition.input_formats(i), fmt::format("inputFormats[{}]", i))) {
      inputs_.push_back(*std::move(format));
    }
  }
  if (definition.input_formats().empty()) inputs_.push_back(*TimeFormat::Make(""));
  output_ = make(definition.output_format(), "outputFormat");
}

void IncrementalPlan::CompileInitial(const v1::Incremental& definition,
                                     const expression::Scope& names,
                                     base::FieldViolations* violations) {
  if (definition.initial().empty()) return;
  base::FieldViolations wrong;
  initial_ = request::CompileTemplate(definition.initial(), "initial", {"vars", "run"}, &wrong);
  violations->AddStatus("", wrong.ToStatus());
  if (!wrong.empty() || (!is_number_ && !output_.has_value())) return;
  const auto tried = Initial(names, kExampleTime);
  if (!tried.ok()) violations->Add("initial", base::MessageOf(tried.status()));
}

void IncrementalPlan::CompileBound(const v1::Incremental& definition,
                                   base::FieldViolations* violations) {
  constexpr std::int64_t kSecondsMax = std::int64_t{kLookBackDaysMax} * 86'400;
  const auto& look_back = definition.look_back();
  if (look_back.seconds() < 0 || look_back.nanos() < 0 || look_back.seconds() > kSecondsMax ||
      (look_back.seconds() == kSecondsMax && look_back.nanos() > 0)) {
    violations->Add("lookBack", fmt::format("is not between 0 and {} days", kLookBackDaysMax));
  }
  if (is_number_ && definition.has_look_back()) {
    violations->Add("lookBack", "is for TYPE_TIME; TYPE_NUMBER has lookBackCount");
  }
  if (definition.look_back_count() < 0) violations->Add("lookBackCount", "is negative");
  if (!is_number_ && definition.look_back_count() != 0) {
    violations->Add("lookBackCount", "is for TYPE_NUMBER; TYPE_TIME has lookBack");
  }
  // What is finer than a millisecond counts as one more.
  look_back_ = is_number_ ? definition.look_back_count()
                          : look_back.seconds() * 1'000 + (look_back.nanos() + 999'999) / 1'000'000;
  exclusive_bound_ = definition.exclusive_bound();
  client_side_ = definition.client_side();
  newest_first_ = definition.newest_first();
  if (client_side_ && definition.source_case() != v1::Incremental::kRecordField) {
    violations->Add("clientSide", "needs recordField: records are told apart by it");
  }
  if (newest_first_ && !client_side_) {
    violations->Add("newestFirst", "needs clientSide: it ends a walk that the vendor does not");
  }
}

absl::StatusOr<std::shared_ptr<const IncrementalPlan>> IncrementalPlan::Compile(
    const v1::Incremental& definition, const expression::Scope& names) {
  base::FieldViolations violations;
  std::shared_ptr<IncrementalPlan> plan(new IncrementalPlan());
  plan->is_number_ = definition.type() == v1::Incremental::TYPE_NUMBER;
  if (!v1::Incremental::Type_IsValid(definition.type())) {
    violations.Add("type", "is none of TYPE_TIME, TYPE_NUMBER");
  }
  plan->CompileSource(definition, &violations);
  plan->CompileFormats(definition, &violations);
  plan->CompileInitial(definition, names, &violations);
  plan->CompileBound(definition, &violations);
  SYNCLINE_RETURN_IF_ERROR(violations.ToStatus());
  constexpr const char* kSources[] = {"record", "response", "run start"};
  plan->meaning_ =
      fmt::format("{} of {} {} in {}", plan->is_number_ ? "number" : "time",
                  kSources[plan->source_], plan->field_.has_value() ? plan->field_->text() : "",
                  fmt::join(definition.input_formats(), " | "));
  return std::shared_ptr<const IncrementalPlan>(std::move(plan));
}

std::optional<std::int64_t> IncrementalPlan::Read(const Value& value) const {
  const json::Kind kind = value.kind();
  if (kind != json::Kind::kString && kind != json::Kind::kNumber) return std::nullopt;
  if (is_number_) return ReadNumber(value.text());
  for (const TimeFormat& format : inputs_) {
    // A format of digits ("%Y%m%d") reads a number, too.
    if (const auto time = format.Parse(value.text()); time.has_value()) return time->count();
  }
  return std::nullopt;
}

std::optional<std::int64_t> IncrementalPlan::ReadShown(std::string_view text) const {
  return is_number_ ? ReadNumber(text) : Count(TimeFormat::Make(kShownFormat)->Parse(text));
}

std::string IncrementalPlan::Show(std::int64_t state) const {
  return is_number_ ? std::to_string(state)
                    : TimeFormat::Make(kShownFormat)->Write(milliseconds(state));
}

std::int64_t IncrementalPlan::BoundOf(std::int64_t state) const {
  std::int64_t bound = Minus(state, look_back_);
  if (!exclusive_bound_) return bound;
  // The step is what the vendor can tell apart: of a day's date, a day.
  return Minus(bound, is_number_ ? 1 : output_->resolution().count());
}

std::string IncrementalPlan::Write(std::int64_t bound) const {
  if (is_number_) return std::to_string(bound);
  // Towards the past, so that nothing is lost between the bound and what is written of it.
  const milliseconds time(bound);
  return output_->Write(output_->resolution() == std::chrono::seconds(1)
                            ? std::chrono::floor<std::chrono::seconds>(time)
                            : time);
}

std::optional<std::int64_t> IncrementalPlan::ReadWritten(std::string_view text) const {
  return is_number_ ? ReadNumber(text) : Count(output_->Parse(text));
}

absl::StatusOr<std::string> IncrementalPlan::Initial(const expression::Scope& names,
                                                     base::Time now) const {
  if (!initial_.has_value()) return std::string();
  expression::Evaluation evaluation(now);
  SYNCLINE_ASSIGN_OR_RETURN(std::string text, initial_->Render(names.value(), evaluation,
                                                               expression::Template::Null::kFails));
  if (text.empty() || ReadWritten(text).has_value()) return text;
  return base::Error(base::Reason::kExpressionFailed,
                     fmt::format("\"{}\" is not {}", text,
                                 is_number_ ? "a whole number"
                                            : "a time in outputFormat, as \"" +
                                                  output_->Write(milliseconds(0)) + "\""));
}

}  // namespace syncline::pull
