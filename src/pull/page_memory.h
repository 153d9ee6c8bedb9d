#pragma once

#include <memory>
#include <utility>

#include "base/clock.h"
#include "expression/expression.h"
#include "pull/list.h"
#include "reshape/step.h"

namespace syncline::pull {

// What a page's records may refer to beside its document. Computed ones refer to the literals of
// the expressions that yielded them, so the list is held beside the memory.
struct PageMemory {
  PageMemory(std::shared_ptr<const List> definition, base::Time now)
      : list(std::move(definition)), records(now), steps(now, reshape::kEvaluationStepsMax) {}
  const std::shared_ptr<const List> list;
  expression::Evaluation records;
  expression::Evaluation steps;
};

}  // namespace syncline::pull
