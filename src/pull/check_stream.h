#pragma once

#include <optional>

#include "base/status.h"
#include "pull/list.h"

namespace syncline::pull {

// How the answers of a list are cut. With `response.stream` adds a violation for everything in the
// definition that needs the whole of an answer: paths that are more than names, expressions of
// paging and rules that look into the body, the errors of GraphQL. Without it, the same things mean
// nullopt: every answer is held.
std::optional<Cutting> CompileCutting(const List::Definition& definition,
                                      const request::NamesInScope& names,
                                      base::FieldViolations* violations);

}  // namespace syncline::pull
