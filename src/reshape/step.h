#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/status.h"
#include "expression/arena_list.h"
#include "expression/expression.h"

namespace syncline::reshape {

// What the steps of one page may make (I7). A page that asks for more is RESPONSE_TOO_LARGE.
struct StepLimits {
  std::size_t rows_max = 1'000'000;     // after any one step
  std::size_t members_max = 2'000'000;  // written into new rows, over all steps
};

// The budget of the evaluation that the expressions of one page's steps share: several for each of
// as many records as there may be.
inline constexpr std::size_t kEvaluationStepsMax = 20'000'000;

// What steps work with beside the records. Lives for one page; one thread.
class StepContext {
 public:
  // The references must outlive it. `names`: what a filter sees beside `record`.
  StepContext(const expression::Value& body, const expression::Scope& names, bool may_be_missing,
              expression::Evaluation& memory, const StepLimits& limits = {})
      : body_(body),
        names_(names),
        may_be_missing_(may_be_missing),
        memory_(memory),
        limits_(limits) {}

  const expression::Value& body() const { return body_; }
  const expression::Scope& names() const { return names_; }
  // Whether lists that are not in the body mean an empty page.
  bool may_be_missing() const { return may_be_missing_; }
  // Holds whatever the steps make; as long-lived as the page. See kEvaluationStepsMax.
  expression::Evaluation& memory() const { return memory_; }

  // Spends members of new rows. RESPONSE_TOO_LARGE.
  absl::Status SpendMembers(std::size_t count);
  absl::Status CheckRows(std::size_t count) const;

 private:
  const expression::Value& body_;
  const expression::Scope& names_;
  const bool may_be_missing_;
  expression::Evaluation& memory_;
  const StepLimits limits_;
  std::size_t members_ = 0;
};

using Rows = expression::ArenaList<expression::Value>;
using Members = expression::ArenaList<expression::Member>;

// One change of the list of records. Immutable, safe for concurrent use. Rows are made of
// references to what is there: nothing is copied but the lists of members.
class Step {
 public:
  virtual ~Step() = default;

  // RECORD_SHAPE_INVALID, RESPONSE_TOO_LARGE, EXPRESSION_FAILED, EXPRESSION_TOO_COSTLY. The result
  // refers to the records, to the context's memory and to this step.
  virtual absl::StatusOr<expression::Value> Apply(const expression::Value& records,
                                                  StepContext& context) const = 0;
  // Whether it says how many records there are to be, not how the vendor writes its list.
  virtual bool selects() const { return false; }
};

// RECORD_SHAPE_INVALID: "The records {what}."
absl::Status WrongShape(std::string_view what);
// "a list", "an object", "null", …
std::string_view KindName(const expression::Value& value);

}  // namespace syncline::reshape
