#pragma once

#include <map>
#include <string>
#include <string_view>

namespace syncline::cli {

// Where each value of one definition stands in its file, so that a mistake found later, also by the
// server, is shown with a line. A plain value.
class SourceMap {
 public:
  SourceMap() = default;
  SourceMap(std::string file, int line) : file_(std::move(file)) { lines_[""] = line; }

  // `path` in proto JSON spelling from the definition's top, e.g. "request.query.limit".
  void Add(const std::string& path, int line) { lines_.emplace(path, line); }

  // Line of `path`, or of the nearest value around it that the file holds.
  int LineOf(std::string_view path) const;
  // "demo.yaml:12".
  std::string Place(std::string_view path) const;
  // "demo.yaml:12: request.url".
  std::string Label(std::string_view path) const;
  // The same for a line that is known better.
  std::string Label(std::string_view path, int line) const;

 private:
  std::string file_;
  std::map<std::string, int, std::less<>> lines_;
};

}  // namespace syncline::cli
