#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "auth/authenticator.h"
#include "base/status.h"
#include "syncline/v1/credential.pb.h"
#include "syncline/v1/integration.pb.h"

namespace syncline::auth {

// The credential as one integration signs in with it, with nothing of its other kinds: the kind of
// `alternative` (Integration.credential_alternative) takes the place of its own, and of the secrets
// those of that kind and of TLS remain. "" picks the credential's own kind. NOT_FOUND names the
// alternatives that there are.
absl::Status PickAlternative(const std::string& alternative, v1::Credential* credential,
                             SecretMap* secrets);

// Alternatives of `before` that `after` has no more, in order of name.
std::vector<std::string> RemovedAlternatives(const v1::Credential& before,
                                             const v1::Credential& after);

// Adds what is wrong with an integration that signs in with `credential`, which is null where it
// names none: an alternative that there is not, a token in the body of a request that has none.
void CheckPickedSignIn(const v1::Integration& integration, const v1::Credential* credential,
                       base::FieldViolations* violations);

}  // namespace syncline::auth
