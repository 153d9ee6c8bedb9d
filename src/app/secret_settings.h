#pragma once

#include <vector>

#include "app/settings.h"

namespace syncline::app {

// The settings of keys and of secrets that are kept elsewhere.
void AddSecretSettings(std::vector<Setting>& settings);

}  // namespace syncline::app
