#include "auth/api_token_authenticator.h"

#include <fmt/format.h>

#include <utility>

#include "auth/scrub.h"
#include "base/status.h"

namespace syncline::auth {

ApiTokenAuthenticator::ApiTokenAuthenticator(AllowedHosts hosts, Place place, std::string name,
                                             std::string prefix, secret::Secret token)
    : hosts_(std::move(hosts)),
      place_(place),
      name_(std::move(name)),
      prefix_(std::move(prefix)),
      token_(std::move(token)) {}

absl::Status ApiTokenAuthenticator::Apply(http::Request& request, std::stop_token) {
  SYNCLINE_RETURN_IF_ERROR(hosts_.Check(request.url));
  std::string value = fmt::format("{}{}", prefix_, token_.Reveal());
  if (place_ == Place::kHeader) {
    request.headers.Set(name_, std::move(value));
  } else {
    http::SetQueryParameter(&request.url, name_, value);
  }
  return absl::OkStatus();
}

void ApiTokenAuthenticator::Strip(http::Url* url) const {
  if (place_ == Place::kQuery) http::RemoveQueryParameter(url, name_);
}

std::string ApiTokenAuthenticator::Scrub(std::string text) const {
  return ScrubSecret(std::move(text), token_.Reveal());
}

}  // namespace syncline::auth
