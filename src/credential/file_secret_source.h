#pragma once

#include <string>

#include "credential/secret_source.h"

namespace syncline::credential {

// `file:NAME`: regular files below one folder, read anew each time, so that an orchestrator may
// exchange them. No name and no symbolic link leads out of the folder (openat2, Linux 5.6). One
// line break at the end is not part of the secret.
class FileSecretSource final : public SecretSource {
 public:
  explicit FileSecretSource(std::string folder) : folder_(std::move(folder)) {}

  std::string Mistake(const auth::SecretReference& reference) const override;
  absl::StatusOr<secret::Secret> Read(const auth::SecretReference& reference) const override;

 private:
  const std::string folder_;
};

}  // namespace syncline::credential
