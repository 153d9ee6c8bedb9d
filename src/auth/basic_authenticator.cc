#include "auth/basic_authenticator.h"

#include <fmt/format.h>

#include <utility>

#include "base/status.h"
#include "secret/digest.h"

namespace syncline::auth {
namespace {

secret::Secret Encode(const secret::Secret& username, const secret::Secret& password) {
  const secret::Secret pair(fmt::format("{}:{}", username.Reveal(), password.Reveal()));
  return secret::Secret(secret::EncodeBase64(pair.Reveal()));
}

}  // namespace

BasicAuthenticator::BasicAuthenticator(AllowedHosts hosts, secret::Secret username, Username kind,
                                       secret::Secret password)
    : hosts_(std::move(hosts)), encoded_(Encode(username, password)) {
  scrubber_.Add(password.Reveal());
  if (kind == Username::kSecret) scrubber_.Add(username.Reveal());
  // With an empty password the pair holds no secret, and its base64 is not worth hiding.
  if (kind == Username::kSecret || !password.empty()) scrubber_.Add(encoded_.Reveal());
}

absl::Status BasicAuthenticator::Apply(http::Request& request, std::stop_token) {
  SYNCLINE_RETURN_IF_ERROR(hosts_.Check(request.url));
  request.headers.Set("Authorization", fmt::format("Basic {}", encoded_.Reveal()));
  return absl::OkStatus();
}

}  // namespace syncline::auth
