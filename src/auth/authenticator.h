#pragma once

#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "http/message.h"
#include "secret/secret.h"
#include "syncline/v1/credential.pb.h"

namespace syncline::auth {

// Secret parts of a credential by field path in the contract's spelling: "basic.password".
using SecretMap = std::map<std::string, secret::Secret>;

// Signs requests for one credential. Made per run by MakeAuthenticator; used by one thread at a
// time.
class Authenticator {
 public:
  virtual ~Authenticator() = default;

  // Puts the sign-in on the request. HOST_NOT_ALLOWED, before any secret is touched, when the
  // credential may not be sent to the request's host.
  virtual absl::Status Apply(http::Request& request) = 0;

  // Whether the credential names the host of `url`: a next link may leave its origin only for such.
  virtual bool NamesHost(const http::Url& url) const = 0;

  // Takes back out of a URL what Apply puts into it: vendors echo the query in their next links,
  // and those are stored (I5).
  virtual void Strip(http::Url* url) const = 0;

  // `text` of the vendor for an error message; as a whole replaced by a remark when it repeats the
  // secret in any form that this kind sends (I5).
  virtual std::string Scrub(std::string text) const = 0;
};

// CREDENTIAL_CORRUPT when a secret that the kind needs is not in `secrets`; INVALID_ARGUMENT for a
// credential that ValidateCredential refuses.
absl::StatusOr<std::unique_ptr<Authenticator>> MakeAuthenticator(const v1::Credential& credential,
                                                                 const SecretMap& secrets);

// For an integration without a credential.
std::unique_ptr<Authenticator> MakeNoAuthenticator();

}  // namespace syncline::auth
