#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "expression/expression.h"
#include "pull/detail_plan.h"
#include "pull/known_records.h"
#include "syncline/v1/integration.pb.h"

namespace syncline::pull {

// Of everything in a definition on which the outcome of a record with details may depend, beside
// the record: with another one, nothing counts as unchanged.
std::uint64_t SaltOf(const v1::Integration& integration, std::int64_t mapping_version);

// The version of each record of a page; nullopt for those that are always asked for. Of two that
// have the same name the first has none, since the later one counts. `partition` tells
// records of one name apart.
std::vector<std::optional<RecordVersion>> VersionsOf(const expression::Value& records,
                                                     const SkipPlan& plan,
                                                     const std::string& partition,
                                                     std::uint64_t salt, base::Time now);

}  // namespace syncline::pull
