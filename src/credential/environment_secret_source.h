#pragma once

#include <map>
#include <memory>
#include <string>

#include "credential/secret_source.h"

namespace syncline::credential {

// `env:NAME`: variables of the server's own environment, as it was at start, whose names begin with
// the prefix. The map was read by app, the only reader of the environment.
class EnvironmentSecretSource final : public SecretSource {
 public:
  using Variables = std::map<std::string, secret::Secret>;
  EnvironmentSecretSource(const Variables& variables, std::string prefix)
      : variables_(variables), prefix_(std::move(prefix)) {}

  std::string Mistake(const auth::SecretReference& reference) const override;
  absl::StatusOr<secret::Secret> Read(const auth::SecretReference& reference) const override;

 private:
  const Variables& variables_;
  const std::string prefix_;
};

}  // namespace syncline::credential
