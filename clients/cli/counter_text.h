#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "syncline/v1/run.pb.h"

namespace syncline::cli {

// "1,234,567".
std::string Grouped(std::int64_t number);
// "1 page", "2 pages".
std::string Counted(std::int64_t number, std::string_view singular);
// "50,000 created, 0 updated, 0 unchanged, 0 rejected", and the rarer outcomes when there were any.
std::string Outcomes(const v1::RunCounters& counters);
// "succeeded".
std::string LowerState(v1::Run::State state);

}  // namespace syncline::cli
