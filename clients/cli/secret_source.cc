#include "cli/secret_source.h"

#include <cstdlib>
#include <fstream>

#include "base/status.h"
#include "fmt/format.h"

namespace syncline::cli {

absl::StatusOr<std::string> MachineSecretSource::FromEnvironment(
    const std::string& variable) const {
  const char* value = std::getenv(variable.c_str());
  if (value == nullptr) {
    return base::Error(base::Reason::kInvalidArgument,
                       fmt::format("the environment variable {} is not set", variable));
  }
  return std::string(value);
}

absl::StatusOr<std::string> MachineSecretSource::FromFile(const std::string& path) const {
  const std::filesystem::path full = folder_ / path;
  std::ifstream file(full, std::ios::binary);
  std::string secret(secret_bytes_max + 1, '\0');
  if (!file || std::filesystem::is_directory(full)) {
    return base::Error(base::Reason::kInvalidArgument,
                       fmt::format("the file {} cannot be read", full.string()));
  }
  file.read(secret.data(), static_cast<std::streamsize>(secret.size()));
  secret.resize(static_cast<std::size_t>(file.gcount()));
  if (secret.size() > secret_bytes_max) {
    return base::Error(base::Reason::kInvalidArgument,
                       fmt::format("the file {} is larger than a secret may be ({} bytes)",
                                   full.string(), secret_bytes_max));
  }
  if (secret.ends_with("\n")) secret.pop_back();
  if (secret.ends_with("\r")) secret.pop_back();
  return secret;
}

}  // namespace syncline::cli
