#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "expression/expression.h"
#include "paging/proposal.h"
#include "paging/walk.h"

namespace syncline::pull {

class List;

// How a walk goes on after a page, for people.
struct PagingOutlook {
  std::string paging = {};        // in words; "" = no page came
  std::string next_request = {};  // "GET https://…", not signed; "" when the list ended
  std::optional<paging::Proposal> proposal = {};  // of an `automatic` pagination
};

// The page that was pulled last.
struct PulledPage {
  std::int64_t number = 1;
  bool last = false;
};

// Of a walk over `list` that stands after `page`. `names` are those of the list's place.
PagingOutlook OutlookOf(const List& list, const paging::Walk& walk, const PulledPage& page,
                        const expression::Scope& names, base::Time run_start);

}  // namespace syncline::pull
