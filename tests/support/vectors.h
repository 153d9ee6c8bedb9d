#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace syncline::support {

// Public test vectors that are not part of this repository: the folder that the environment
// variable SYNCLINE_VECTORS names, else shared/vectors beside the checkout. Nullopt when `name` is
// not there: a test then skips and says so.
std::optional<std::filesystem::path> VectorFolder(std::string_view name);

// The files of a folder that end in `extension`, sorted by name.
std::vector<std::filesystem::path> FilesIn(const std::filesystem::path& folder,
                                           std::string_view extension);

std::string ReadFile(const std::filesystem::path& path);

}  // namespace syncline::support
