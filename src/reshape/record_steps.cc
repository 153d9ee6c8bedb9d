#include "reshape/record_steps.h"

#include "base/status.h"
#include "reshape/step_makers.h"

namespace syncline::reshape {
namespace {

using Kind = v1::RecordStep::KindCase;

Made MakeStep(const v1::RecordStep& spec, const RecordSteps::Place& place,
              base::FieldViolations* violations) {
  switch (spec.kind_case()) {
    case Kind::kFilter: return MakeFilter(spec.filter(), place.names, violations);
    case Kind::kEntriesToRows: return MakeEntriesToRows(spec.entries_to_rows());
    case Kind::kWrapScalar: return MakeWrapScalar(spec.wrap_scalar());
    case Kind::kHeaderRow: return MakeHeaderRow();
    case Kind::kZip: return MakeZip(spec.zip(), violations);
    case Kind::kExplode: return MakeExplode(spec.explode(), violations);
    case Kind::kJoinIncluded: return MakeJoinIncluded(spec.join_included(), violations);
    case Kind::kConcatenate: return MakeConcatenate(spec.concatenate(), violations);
    case Kind::KIND_NOT_SET: break;
  }
  violations->Add("",
                  "set one of filter, entriesToRows, wrapScalar, headerRow, zip, explode, "
                  "joinIncluded, concatenate");
  return nullptr;
}

// What a step needs of the place where it stands.
void CheckPlace(Kind kind, int index, const RecordSteps::Place& place,
                base::FieldViolations* violations) {
  const bool begins = kind == Kind::kEntriesToRows || kind == Kind::kConcatenate;
  const char* const field = kind == Kind::kEntriesToRows ? "entriesToRows" : "concatenate";
  if (begins && index > 0) {
    violations->Add(field, "must be the first step: it works on what is no list yet");
  }
  if (kind == Kind::kConcatenate && place.has_records_path) {
    violations->Add(field, "begins from the body: leave `records` empty");
  }
  if (!place.streamed) return;
  const bool needs_whole = begins || kind == Kind::kJoinIncluded || kind == Kind::kHeaderRow;
  if (needs_whole)
    violations->Add("", "needs the whole answer, which is not held with response.stream");
}

}  // namespace

absl::StatusOr<RecordSteps> RecordSteps::Compile(
    const google::protobuf::RepeatedPtrField<v1::RecordStep>& steps, const Place& place) {
  base::FieldViolations violations;
  if (steps.size() > kStepsMax) {
    violations.Add("", fmt::format("has {} steps; at most {}", steps.size(), kStepsMax));
  }
  RecordSteps compiled;
  for (int i = 0; i < steps.size(); ++i) {
    const v1::RecordStep& spec = steps.Get(i);
    base::FieldViolations mistakes;
    compiled.steps_.push_back(MakeStep(spec, place, &mistakes));
    CheckPlace(spec.kind_case(), i, place, &mistakes);
    violations.AddStatus(fmt::format("[{}]", i), mistakes.ToStatus());
    if (i > 0) continue;
    compiled.takes_body_ = spec.has_concatenate();
    compiled.takes_objects_ = spec.has_entries_to_rows() || spec.has_zip();
  }
  SYNCLINE_RETURN_IF_ERROR(violations.ToStatus());
  return compiled;
}

absl::StatusOr<Reshaped> RecordSteps::Apply(const expression::Value& found,
                                            StepContext& context) const {
  Reshaped reshaped{.listed = found, .records = found};
  // No step makes anything of an empty list, and a missing one may stand for an object.
  const bool is_empty = found.kind() == json::Kind::kArray && found.size() == 0;
  if (is_empty && !takes_body_) return reshaped;
  bool selected = false;
  for (const auto& step : steps_) {
    selected = selected || step->selects();
    SYNCLINE_ASSIGN_OR_RETURN(reshaped.records, step->Apply(reshaped.records, context));
    if (!selected) reshaped.listed = reshaped.records;
  }
  return reshaped;
}

}  // namespace syncline::reshape
