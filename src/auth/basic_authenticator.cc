#include "auth/basic_authenticator.h"

#include <fmt/format.h>

#include <utility>

#include "auth/scrub.h"
#include "base/status.h"

namespace syncline::auth {
namespace {

secret::Secret Encode(const std::string& username, const secret::Secret& password) {
  const secret::Secret pair(fmt::format("{}:{}", username, password.Reveal()));
  return secret::Secret(EncodeBase64(pair.Reveal()));
}

}  // namespace

BasicAuthenticator::BasicAuthenticator(AllowedHosts hosts, std::string username,
                                       secret::Secret password)
    : hosts_(std::move(hosts)),
      username_(std::move(username)),
      password_(std::move(password)),
      encoded_(Encode(username_, password_)) {}

absl::Status BasicAuthenticator::Apply(http::Request& request, std::stop_token) {
  SYNCLINE_RETURN_IF_ERROR(hosts_.Check(request.url));
  request.headers.Set("Authorization", fmt::format("Basic {}", encoded_.Reveal()));
  return absl::OkStatus();
}

std::string BasicAuthenticator::Scrub(std::string text) const {
  // With an empty password the pair holds no secret, and its base64 is not worth hiding.
  if (password_.empty()) return text;
  return ScrubSecret(ScrubSecret(std::move(text), password_.Reveal()), encoded_.Reveal());
}

}  // namespace syncline::auth
