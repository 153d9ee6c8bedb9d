#pragma once

#include <set>
#include <string>

#include "absl/status/status.h"
#include "auth/authenticator.h"
#include "syncline/v1/credential.pb.h"

namespace syncline::auth {

// Everything that is wrong with a credential, as one INVALID_ARGUMENT whose fields are in proto
// JSON spelling. `given` are the secret parts that came with it (see ExtractSecrets), `stored` the
// paths of those that the database holds and that stay: none on create, and none when allowed_hosts
// changes. `now` is what ends are held against; without it nothing has ended. No description
// repeats a secret.
absl::Status ValidateCredential(const v1::Credential& credential, const SecretMap& given,
                                const std::set<std::string>& stored, base::Time now = {});

}  // namespace syncline::auth
