#include "cli/resource_name.h"

#include <algorithm>
#include <vector>

#include "base/status.h"
#include "fmt/format.h"

namespace syncline::cli {
namespace {

std::vector<std::string> Split(std::string_view text) {
  std::vector<std::string> parts;
  std::size_t at = 0;
  while (true) {
    const std::size_t slash = text.find('/', at);
    parts.emplace_back(text.substr(at, slash - at));
    if (slash == std::string_view::npos) return parts;
    at = slash + 1;
  }
}

// The kinds from the workspace down to `kind`.
std::vector<const ResourceKind*> Path(const ResourceKind& kind) {
  std::vector<const ResourceKind*> path;
  for (const ResourceKind* step = &kind; step != nullptr; step = step->parent) path.push_back(step);
  std::reverse(path.begin(), path.end());
  return path;
}

// What would be right, e.g. "INTEGRATION/SCHEDULE".
std::string Expected(const std::vector<const ResourceKind*>& path) {
  std::string ids;
  std::string full;
  for (const ResourceKind* step : path) {
    full += fmt::format("{}{}", full.empty() ? "" : "/", step->collection);
    if (step->singleton) continue;
    full += fmt::format("/{{{}}}", step->singular);
    if (step->parent == nullptr && path.size() > 1) continue;
    ids += fmt::format("{}{}", ids.empty() ? "" : "/", step->singular);
  }
  return fmt::format("\"{}\" or \"{}\"", ids, full);
}

// True when `parts` is a full name of the kind at the end of `path`.
bool IsFullName(const std::vector<const ResourceKind*>& path,
                const std::vector<std::string>& parts) {
  std::size_t at = 0;
  for (const ResourceKind* step : path) {
    if (at >= parts.size() || parts[at++] != step->collection) return false;
    if (step->singleton) continue;
    if (at >= parts.size() || parts[at++].empty()) return false;
  }
  return at == parts.size();
}

}  // namespace

absl::StatusOr<std::string> FullName(const ResourceKind& kind, std::string_view workspace,
                                     std::string_view text) {
  const std::vector<const ResourceKind*> path = Path(kind);
  const std::vector<std::string> parts = Split(text);
  if (IsFullName(path, parts)) return std::string(text);
  std::size_t ids = 0;
  for (const ResourceKind* step : path) ids += step->singleton ? 0 : 1;
  std::vector<std::string> values = parts;
  if (path.size() > 1) values.insert(values.begin(), std::string(workspace));
  const bool empty_part =
      std::any_of(values.begin(), values.end(), [](const auto& value) { return value.empty(); });
  if (values.size() != ids || empty_part) {
    return base::Error(
        base::Reason::kInvalidArgument,
        fmt::format(
            "\"{}\" does not name a{} {}; write {}", text,
            std::string_view("aeiou").find(kind.singular[0]) == std::string_view::npos ? "" : "n",
            kind.singular, Expected(path)));
  }
  std::string name;
  std::size_t next = 0;
  for (const ResourceKind* step : path) {
    name += fmt::format("{}{}", name.empty() ? "" : "/", step->collection);
    if (!step->singleton) name += "/" + values[next++];
  }
  return name;
}

std::string ShortName(std::string_view full_name) {
  const std::vector<std::string> parts = Split(full_name);
  std::string name;
  // Ids stand at odd places; the workspace is left out unless it is all there is.
  for (std::size_t i = parts.size() > 2 ? 3 : 1; i < parts.size(); i += 2) {
    name += (name.empty() ? "" : "/") + parts[i];
  }
  return name;
}

std::string ParentOf(std::string_view full_name) {
  const std::vector<std::string> parts = Split(full_name);
  // A singleton's own segment stands alone.
  const std::size_t own = parts.size() % 2 == 0 ? 2 : 1;
  std::string parent;
  for (std::size_t i = 0; i + own < parts.size(); ++i) parent += (i == 0 ? "" : "/") + parts[i];
  return parent;
}

std::string IdOf(std::string_view full_name) {
  return std::string(full_name.substr(full_name.rfind('/') + 1));
}

}  // namespace syncline::cli
