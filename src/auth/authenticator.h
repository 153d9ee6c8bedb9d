#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <stop_token>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/random.h"
#include "http/message.h"
#include "http/transport.h"
#include "secret/secret.h"
#include "syncline/v1/credential.pb.h"

namespace syncline::auth {

class TokenStore;

// Secret parts of a credential by field path in the contract's spelling: "basic.password".
using SecretMap = std::map<std::string, secret::Secret>;

// Signs requests for one credential. Made per run by MakeAuthenticator; used by one thread at a
// time, except where a method says otherwise.
class Authenticator {
 public:
  virtual ~Authenticator() = default;

  // Puts the sign-in on the request, anew for every try; where the kind needs a token or a session
  // that is not at hand, it is obtained first. HOST_NOT_ALLOWED, before any secret is touched, when
  // the credential may not be sent to the request's host. SIGN_IN_FAILED, REAUTH_REQUIRED; what the
  // transport says of a token endpoint that cannot be reached; CANCELLED.
  virtual absl::Status Apply(http::Request& request, std::stop_token stop) = 0;

  // Looks at the answer to a signed request. True: the sign-in was renewed (a token refreshed, a
  // session opened anew, a clock corrected), so the request is worth one more try. The errors of
  // Apply.
  virtual absl::StatusOr<bool> Renew(const http::Response&, std::stop_token) { return false; }

  // As Renew, after an answer that is a refusal although its status does not tell: the definition
  // says so.
  virtual absl::StatusOr<bool> RenewRefused(const http::Response&, std::stop_token) {
    return false;
  }

  // Looks at the answer to the one more try. An error where the sign-in that was just renewed is
  // refused again in a way that the answer's status alone would not tell: AUTH_FAILED.
  virtual absl::Status CheckRenewed(const http::Response&) { return absl::OkStatus(); }

  // Whether an answer to a signed request refuses the sign-in, and not what is asked for.
  virtual bool Refuses(const http::Response& answer) const {
    return answer.status == 401 || answer.status == 403;
  }

  // The run is over, whatever its outcome: gives back what the vendor holds for it (a session).
  // Waits kEndTimeout at most; what comes of it does not matter. Nothing else is called after it.
  static constexpr std::chrono::seconds kEndTimeout{10};
  virtual void End() {}
  // With whom a run walks the list, one after the other, e.g. roles of AWS. Most kinds are one
  // identity without a name.
  virtual int identity_count() const { return 1; }
  virtual std::string IdentityName(int) const { return ""; }
  // Whose sign-in Apply uses from now on; 0 at first. Precondition: below identity_count().
  virtual void Select(int) {}

  // Whether the credential names the host of `url`: a next link may leave its origin only for such.
  virtual bool NamesHost(const http::Url& url) const = 0;

  // Whether a redirect of the vendor may be followed: not where the sign-in covers the URL that was
  // asked for.
  virtual bool MayFollowRedirects() const { return true; }

  // Takes back out of a URL what Apply puts into it: vendors echo the query in their next links,
  // and those are stored (I5).
  virtual void Strip(http::Url* url) const = 0;

  // `text` of the vendor for an error or a reject, with a remark in place of every secret that it
  // repeats, in any form that this kind sends (I5). Any thread may call it at any time.
  virtual std::string Scrub(std::string text) const = 0;
};

// What authenticators need beside the credential. The references must outlive them.
struct Environment {
  http::Transport& transport;  // for token endpoints and logins; one try each
  const base::Clock& clock;
  base::Random& random;
  // Where the whole fleet keeps the credential's tokens; null = nowhere, each authenticator obtains
  // its own.
  std::shared_ptr<TokenStore> tokens = nullptr;
  // Nobody waits longer than this for what another worker does; requests are bounded by
  // `transport`.
  base::SteadyTime give_up = base::SteadyTime::max();
};

// CREDENTIAL_CORRUPT when a secret that the kind needs is not in `secrets`; INVALID_ARGUMENT for a
// credential that ValidateCredential refuses.
absl::StatusOr<std::unique_ptr<Authenticator>> MakeAuthenticator(const v1::Credential& credential,
                                                                 const SecretMap& secrets,
                                                                 const Environment& environment);

// For an integration without a credential.
std::unique_ptr<Authenticator> MakeNoAuthenticator();

}  // namespace syncline::auth
