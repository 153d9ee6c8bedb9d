#pragma once

#include <memory>
#include <vector>

#include "pull/element.h"
#include "pull/fan_out_plan.h"
#include "pull/list_walk.h"

namespace syncline::pull {

// The elements of a level's sources, one source after the other. `place` gives the names that they
// see; it and `sources` must outlive the result.
std::unique_ptr<ElementSource> MakeElementSource(const std::vector<SourcePlan>& sources,
                                                 const ListWalk::Place& place);

}  // namespace syncline::pull
