#include "credential/secret_source.h"

#include <fmt/format.h>

#include "base/status.h"

namespace syncline::credential {
namespace {

std::string_view SettingOf(SecretSources::Source source) {
  switch (source) {
    case SecretSources::Source::kFile: return "--secret-dir";
    case SecretSources::Source::kVault: return "--vault-secret-path";
    default: return "variables SYNCLINE_SECRET_*";
  }
}

absl::Status Unavailable(std::string_view why) {
  return base::Error(base::Reason::kSecretUnavailable, why);
}

}  // namespace

std::string SecretSources::Mistake(const auth::SecretReference& reference) const {
  const SecretSource* const source = Of(reference);
  if (source != nullptr) return source->Mistake(reference);
  return fmt::format("this server reads no such references: its operator has not set {}",
                     SettingOf(reference.source));
}

absl::StatusOr<secret::Secret> SecretSources::Read(const auth::SecretReference& reference) const {
  if (const std::string mistake = Mistake(reference); !mistake.empty()) return Unavailable(mistake);
  SYNCLINE_ASSIGN_OR_RETURN(secret::Secret secret, Of(reference)->Read(reference));
  if (secret.empty()) return Unavailable("it is empty");
  if (secret.Reveal().size() > SecretSource::kSecretBytesMax) {
    return Unavailable(fmt::format("it has more than {} bytes", SecretSource::kSecretBytesMax));
  }
  return secret;
}

}  // namespace syncline::credential
