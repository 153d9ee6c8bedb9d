#include "cli/source_map.h"

#include "fmt/format.h"

namespace syncline::cli {

int SourceMap::LineOf(std::string_view path) const {
  while (true) {
    if (auto found = lines_.find(path); found != lines_.end()) return found->second;
    const std::size_t cut = path.find_last_of(".[");
    if (path.empty()) return 0;
    path = cut == std::string_view::npos ? std::string_view() : path.substr(0, cut);
  }
}

std::string SourceMap::Place(std::string_view path) const {
  return fmt::format("{}:{}", file_, LineOf(path));
}

std::string SourceMap::Label(std::string_view path) const { return Label(path, LineOf(path)); }

std::string SourceMap::Label(std::string_view path, int line) const {
  const std::string place = fmt::format("{}:{}", file_, line);
  return path.empty() ? place : fmt::format("{}: {}", place, path);
}

}  // namespace syncline::cli
