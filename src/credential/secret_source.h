#pragma once

#include <array>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "auth/secret_reference.h"
#include "secret/secret.h"

namespace syncline::credential {

// One place outside the database that secret parts are read from. What it may reach is fixed by the
// operator when it is made. Safe for concurrent use; may wait for a network.
class SecretSource {
 public:
  static constexpr std::size_t kSecretBytesMax = 16 * 1024;

  virtual ~SecretSource() = default;
  // Why the reference may not be read here, for the one who saves it; "" = it may. Looks at the
  // text alone.
  virtual std::string Mistake(const auth::SecretReference& reference) const = 0;
  // Only for a reference without mistake. SECRET_UNAVAILABLE.
  virtual absl::StatusOr<secret::Secret> Read(const auth::SecretReference& reference) const = 0;
};

// The sources that this server has. Made by the composition root, then immutable; safe for
// concurrent use.
class SecretSources {
 public:
  using Source = auth::SecretReference::Source;
  void Add(Source source, std::unique_ptr<const SecretSource> implementation) {
    sources_.at(static_cast<std::size_t>(source)) = std::move(implementation);
  }
  // Also when the server has no such source, with the setting that would give it one.
  std::string Mistake(const auth::SecretReference& reference) const;
  // SECRET_UNAVAILABLE, also for a reference with a mistake. Never empty.
  absl::StatusOr<secret::Secret> Read(const auth::SecretReference& reference) const;

 private:
  const SecretSource* Of(const auth::SecretReference& reference) const {
    return sources_.at(static_cast<std::size_t>(reference.source)).get();
  }
  std::array<std::unique_ptr<const SecretSource>, 3> sources_;
};

}  // namespace syncline::credential
