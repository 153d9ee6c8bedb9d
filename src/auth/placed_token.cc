#include "auth/placed_token.h"

#include <fmt/format.h>

#include <utility>

#include "auth/body_member.h"
#include "http/cookie_header.h"

namespace syncline::auth {

using Spec = v1::ApiTokenAuthentication;

const std::string& PlaceNameOf(const Spec& spec) {
  switch (spec.place_case()) {
    case Spec::kQuery: return spec.query();
    case Spec::kCookie: return spec.cookie();
    case Spec::kBody: return spec.body();
    default: return spec.header();
  }
}

PlacedToken::PlacedToken(const Spec& spec, secret::Secret token)
    : place_(spec.place_case()),
      name_(PlaceNameOf(spec)),
      prefix_(spec.prefix()),
      token_(std::move(token)) {}

absl::Status PlacedToken::Put(http::Request* request) const {
  std::string value = fmt::format("{}{}", prefix_, token_.Reveal());
  switch (place_) {
    case Spec::kQuery: http::SetQueryParameter(&request->url, name_, value); break;
    case Spec::kCookie: http::SetCookie(name_, value, &request->headers); break;
    case Spec::kBody: return SetBodyMember(name_, value, request);
    default: request->headers.Set(name_, std::move(value)); break;
  }
  return absl::OkStatus();
}

void PlacedToken::Strip(http::Url* url) const {
  if (place_ == Spec::kQuery) http::RemoveQueryParameter(url, name_);
}

}  // namespace syncline::auth
