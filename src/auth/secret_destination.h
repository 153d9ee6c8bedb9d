#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "syncline/v1/credential.pb.h"

namespace syncline::auth {

// The fields, in JSON spelling, by whose change the secret at `path` (as the vault keys it; what
// stands behind the kind matters only for api_tokens) would be sent elsewhere in `after` than in
// `before`: to another host, or into another place of a request. Whoever changes one of them must
// know the secret, or they could send it to where they can read it. Empty = it goes where it went.
//
// Counted are the allowed hosts, the authorities that vouch for them, and of the secret's own kind
// every field but those that are known not to matter. The keys of jwt and hmac, and AWS's, are
// never sent themselves. Both come without secret parts.
std::vector<std::string> SecretMoves(const v1::Credential& before, const v1::Credential& after,
                                     std::string_view path);

// The same for the tokens that are held for OAuth2 sign-ins, of the kind and of alternatives: true
// when one of them would go elsewhere.
bool MovesTokens(const v1::Credential& before, const v1::Credential& after);

}  // namespace syncline::auth
