#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "auth/authenticator.h"
#include "base/status.h"
#include "syncline/v1/credential.pb.h"

namespace syncline::auth {

// Where a secret part is kept instead of in the database: "env:SYNCLINE_SECRET_OKTA",
// "file:okta/token", "vault:okta#token". Not secret itself.
struct SecretReference {
  static constexpr int kCountMax = 64;
  static constexpr std::size_t kBytesMax = 1'024;

  enum class Source { kEnvironment, kFile, kVault };
  Source source = Source::kEnvironment;
  std::string place;  // behind the colon
  std::string key;    // of vault: behind the last '#'
};

// Empty for a text that has none of the three forms.
std::optional<SecretReference> ParseSecretReference(std::string_view text);

// What is wrong with Credential.secret_references: a path that is no secret field of the
// credential's kinds, a field with both value and reference, a text without form, too many. Whether
// the server can read them is not its matter: credential::SecretSources. `given`: the secret parts
// that came with the credential.
void CheckSecretReferences(const v1::Credential& credential, const SecretMap& given,
                           base::FieldViolations* violations);

}  // namespace syncline::auth
