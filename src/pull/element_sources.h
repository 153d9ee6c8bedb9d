#pragma once

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "pull/element.h"
#include "pull/fan_out_plan.h"
#include "pull/list_walk.h"

namespace syncline::pull {

// The elements of a level's sources, one source after the other. `place` gives the names that they
// see. When a list of parents ends short of what its vendor told, the first such ListPage::doubt is
// left in `doubt`. All three must outlive the result.
std::unique_ptr<ElementSource> MakeElementSource(const std::vector<SourcePlan>& sources,
                                                 const ListWalk::Place& place, absl::Status* doubt);

}  // namespace syncline::pull
