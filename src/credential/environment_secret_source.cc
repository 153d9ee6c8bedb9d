#include "credential/environment_secret_source.h"

#include <fmt/format.h>

#include "base/status.h"

namespace syncline::credential {

std::string EnvironmentSecretSource::Mistake(const auth::SecretReference& reference) const {
  if (reference.place.starts_with(prefix_) && reference.place.size() > prefix_.size()) return "";
  return fmt::format("the variable's name must begin with {}", prefix_);
}

absl::StatusOr<secret::Secret> EnvironmentSecretSource::Read(
    const auth::SecretReference& reference) const {
  const auto found = variables_.find(reference.place);
  if (found == variables_.end()) {
    return base::Error(
        base::Reason::kSecretUnavailable,
        fmt::format("the server was started without the variable {}", reference.place));
  }
  return found->second.Clone();
}

}  // namespace syncline::credential
