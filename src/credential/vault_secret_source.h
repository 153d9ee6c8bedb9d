#pragma once

#include <string>

#include "credential/secret_source.h"
#include "credential/vault_client.h"

namespace syncline::credential {

// `vault:PATH#KEY`: the newest version of a secret in a KV version 2 engine, below one mount and
// prefix (developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2). Read anew each time.
class VaultSecretSource final : public SecretSource {
 public:
  // `path`: "MOUNT" or "MOUNT/PREFIX".
  VaultSecretSource(const VaultClient& vault, std::string path)
      : vault_(vault), path_(std::move(path)) {}

  std::string Mistake(const auth::SecretReference& reference) const override;
  absl::StatusOr<secret::Secret> Read(const auth::SecretReference& reference) const override;

 private:
  const VaultClient& vault_;
  const std::string path_;
};

}  // namespace syncline::credential
