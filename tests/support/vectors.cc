#include "tests/support/vectors.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace syncline::support {

namespace fs = std::filesystem;

std::optional<fs::path> VectorFolder(std::string_view name) {
  const char* named = std::getenv("SYNCLINE_VECTORS");
  const fs::path root =
      named != nullptr ? fs::path(named) : fs::path(SYNCLINE_SOURCE_DIR) / "../shared/vectors";
  const fs::path folder = root / name;
  std::error_code error;
  if (!fs::is_directory(folder, error)) return std::nullopt;
  return folder;
}

std::vector<fs::path> FilesIn(const fs::path& folder, std::string_view extension) {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == extension) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

std::string ReadFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace syncline::support
