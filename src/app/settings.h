#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/config.h"

namespace syncline::app {

// One setting under its three names: flag --data-dir, variable SYNCLINE_DATA_DIR, key data_dir.
struct Setting {
  std::string_view name;
  std::string_view placeholder;  // empty = a switch
  std::string_view description;
  std::string_view default_text;  // as shown by --help
  bool list = false;              // may be given several times, or with commas
  // Puts the values into `config`; what is wrong with them and what would be right, or "".
  std::string (*apply)(const std::vector<std::string>& values, Config& config) = nullptr;

  std::string variable() const;
  std::string key() const;
};

const std::vector<Setting>& Settings();

}  // namespace syncline::app
