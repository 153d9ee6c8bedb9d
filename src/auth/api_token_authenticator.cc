#include "auth/api_token_authenticator.h"

#include <utility>

#include "base/status.h"

namespace syncline::auth {

ApiTokenAuthenticator::ApiTokenAuthenticator(AllowedHosts hosts, std::vector<PlacedToken> tokens)
    : hosts_(std::move(hosts)), tokens_(std::move(tokens)) {
  for (const PlacedToken& token : tokens_) scrubber_.Add(token.token().Reveal());
}

absl::Status ApiTokenAuthenticator::Apply(http::Request& request, std::stop_token) {
  SYNCLINE_RETURN_IF_ERROR(hosts_.Check(request.url));
  for (const PlacedToken& token : tokens_) SYNCLINE_RETURN_IF_ERROR(token.Put(&request));
  return absl::OkStatus();
}

void ApiTokenAuthenticator::Strip(http::Url* url) const {
  for (const PlacedToken& token : tokens_) token.Strip(url);
}

}  // namespace syncline::auth
