#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/authenticator.h"
#include "syncline/v1/credential.pb.h"

namespace syncline::auth {

// One field that holds a secret: as the vault keys it ("api_token.token",
// "alternatives.backup.basic.password") and as the contract's JSON spells it ("apiToken.token").
struct SecretField {
  std::string path;
  std::string json_path;
};

// The fields marked `(secret)` that the credential's kinds have, set or not; of a secret map the
// entries that are there. Found by reflection, so that a new kind is covered by its proto alone.
std::vector<SecretField> SecretFieldsOf(const v1::Credential& credential);

// Whether the credential still has the field that a secret was stored for: a kind, an alternative
// or a token of a map may have gone since. Of a secret map every name has a place.
bool HasPlaceFor(const v1::Credential& credential, std::string_view path);

// The vault's path of the secret field that `json_path` names, as SecretField spells both; of a
// secret map any entry, there or not. Empty when the credential's kinds have no such field.
std::optional<std::string> SecretPathOf(const v1::Credential& credential,
                                        std::string_view json_path);

// Takes the secret parts out of the credential: what remains may be stored, logged and returned. A
// part that was given, even empty, is in the map; one that was not is absent.
SecretMap ExtractSecrets(v1::Credential* credential);

}  // namespace syncline::auth
