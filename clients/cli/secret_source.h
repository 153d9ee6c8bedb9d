#pragma once

#include <filesystem>
#include <string>

#include "absl/status/statusor.h"

namespace syncline::cli {

// Where the secret parts of a definition come from, for they never stand in the file itself.
class SecretSource {
 public:
  virtual ~SecretSource() = default;
  // INVALID_ARGUMENT when the variable is not set.
  virtual absl::StatusOr<std::string> FromEnvironment(const std::string& variable) const = 0;
  // INVALID_ARGUMENT when the file cannot be read or is larger than `secret_bytes_max`. One line
  // break at the end is not part of the secret.
  virtual absl::StatusOr<std::string> FromFile(const std::string& path) const = 0;
};

// The environment and the files of this machine. Relative paths start at `folder`, the
// definition's.
class MachineSecretSource final : public SecretSource {
 public:
  static constexpr std::size_t secret_bytes_max = 64 * 1024;
  explicit MachineSecretSource(std::filesystem::path folder) : folder_(std::move(folder)) {}
  absl::StatusOr<std::string> FromEnvironment(const std::string& variable) const override;
  absl::StatusOr<std::string> FromFile(const std::string& path) const override;

 private:
  std::filesystem::path folder_;
};

}  // namespace syncline::cli
