#pragma once

#include <string>
#include <vector>

#include "auth/authenticator.h"
#include "syncline/v1/credential.pb.h"

namespace syncline::auth {

// The fields marked `(secret)` that the credential's kind has, set or not, as "basic.password".
// Found by reflection, so that a new kind is covered by its proto alone.
std::vector<std::string> SecretFieldsOf(const v1::Credential& credential);

// Takes the secret parts out of the credential: what remains may be stored, logged and returned. A
// part that was given, even empty, is in the map; one that was not is absent.
SecretMap ExtractSecrets(v1::Credential* credential);

}  // namespace syncline::auth
