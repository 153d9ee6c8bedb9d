#pragma once

#include <vector>

#include "app/settings.h"

namespace syncline::app {

// The settings of where the server may connect to.
void AddEgressSettings(std::vector<Setting>& settings);

}  // namespace syncline::app
