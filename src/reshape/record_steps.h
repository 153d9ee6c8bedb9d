#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "reshape/step.h"
#include "syncline/v1/record_step.pb.h"

namespace syncline::reshape {

// What the steps made of what was found at `records`.
struct Reshaped {
  // The records as the vendor lists them, which paging counts: before the first step that selects
  // (filter, explode). The other steps only say how the vendor writes its list.
  expression::Value listed;
  // The records as everything else sees them.
  expression::Value records;
};

// The record steps of a definition, compiled. Immutable, safe for concurrent use; cheap to ask when
// there are none.
class RecordSteps {
 public:
  static constexpr int kStepsMax = 16;

  // Where the steps stand.
  struct Place {
    std::span<const std::string_view> names;  // in a filter's scope, beside `record`
    bool has_records_path = false;            // `records` is set
    bool streamed = false;                    // pages are parts of one answer, without its body
  };
  // INVALID_ARGUMENT with every mistake: "[2].explode.path".
  static absl::StatusOr<RecordSteps> Compile(
      const google::protobuf::RepeatedPtrField<v1::RecordStep>& steps, const Place& place);

  bool empty() const { return steps_.empty(); }
  // Whether they begin with something that is no list: an object, or the body itself.
  bool take_objects() const { return takes_objects_; }
  bool take_body() const { return takes_body_; }

  // `found`: what stands at `records`; a list unless take_objects(). The errors of Step::Apply. The
  // result is valid as long as found, the context's memory and this object.
  absl::StatusOr<Reshaped> Apply(const expression::Value& found, StepContext& context) const;

 private:
  std::vector<std::unique_ptr<const Step>> steps_;
  bool takes_objects_ = false;
  bool takes_body_ = false;
};

}  // namespace syncline::reshape
