#include "api/handler_environment.h"

namespace syncline::api {

absl::Status InUse(const std::string& name, const std::vector<std::string>& users) {
  std::string used_by;
  for (const std::string& user : users) {
    if (!used_by.empty()) used_by += ", ";
    used_by += user;
  }
  return base::Error(base::Reason::kInUse, fmt::format("{} is in use by {}", name, used_by),
                     {{"name", name}, {"used_by", used_by}});
}

absl::Status Unimplemented(std::string_view what) {
  return base::Error(base::Reason::kUnimplemented,
                     fmt::format("{} is not part of this build yet", what));
}

}  // namespace syncline::api
