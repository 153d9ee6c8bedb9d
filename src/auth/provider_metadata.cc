#include "auth/provider_metadata.h"

#include <fmt/format.h>

#include <algorithm>

#include "auth/exchange_limits.h"
#include "auth/oauth2_answer.h"
#include "base/status.h"

namespace syncline::auth {
namespace {

using base::Reason;

struct NamedEndpoint {
  OAuth2Endpoint endpoint;
  const char* member;  // RFC 8414 2, RFC 8628 4
};
constexpr NamedEndpoint kEndpoints[] = {
    {OAuth2Endpoint::kToken, "token_endpoint"},
    {OAuth2Endpoint::kAuthorization, "authorization_endpoint"},
    {OAuth2Endpoint::kDeviceAuthorization, "device_authorization_endpoint"},
    {OAuth2Endpoint::kRevocation, "revocation_endpoint"},
};

absl::Status Failed(const http::Url& url, std::string_view what) {
  return base::Error(Reason::kSignInFailed,
                     fmt::format("The provider's metadata at {} {}.", url.ForLog(), what));
}

// Where the document may be, in the order to try.
absl::StatusOr<std::vector<http::Url>> PlacesOf(const std::string& issuer) {
  SYNCLINE_ASSIGN_OR_RETURN(const http::Url parsed, http::Url::Parse(issuer));
  std::string path = parsed.path;
  while (path.ends_with('/')) path.pop_back();
  http::Url openid = parsed;
  openid.path = path + "/.well-known/openid-configuration";
  http::Url oauth = parsed;
  oauth.path = "/.well-known/oauth-authorization-server" + path;
  return std::vector<http::Url>{openid, oauth};
}

absl::StatusOr<ProviderMetadata> ReadMetadata(const OAuth2Answer& answer, const http::Url& url,
                                              const std::string& issuer,
                                              const AllowedHosts& hosts) {
  // RFC 8414 3.3: identical, or somebody else's document could stand in for it.
  if (answer.Text("issuer") != issuer) {
    return Failed(
        url, fmt::format("names the issuer \"{}\", not \"{}\"; issuer must be spelled as "
                         "there",
                         ShownText(answer.Text("issuer"), OAuth2Answer::kShownBytesMax), issuer));
  }
  ProviderMetadata metadata;
  for (const auto& [endpoint, member] : kEndpoints) {
    const std::string_view text = answer.Text(member);
    if (text.empty()) continue;
    const auto parsed = http::Url::Parse(text);
    if (!parsed.ok()) {
      return Failed(url, fmt::format("has a {} that is no URL: {}", member,
                                     base::MessageOf(parsed.status())));
    }
    if (url.scheme == "https" && parsed->scheme != "https") {
      return Failed(url, fmt::format("has a {} without TLS", member));
    }
    // A browser goes to the authorization endpoint, without any secret of the client.
    if (endpoint != OAuth2Endpoint::kAuthorization) {
      SYNCLINE_RETURN_IF_ERROR(hosts.Check(*parsed));
    }
    metadata.endpoints.emplace(endpoint, *parsed);
  }
  return metadata;
}

bool MayPass(const absl::Status& status) {
  return base::ReasonOf(status) == Reason::kVendorError ||
         base::ReasonOf(status) == Reason::kVendorThrottled;
}

}  // namespace

absl::StatusOr<ProviderMetadata> FetchProviderMetadata(const std::string& issuer,
                                                       const AllowedHosts& hosts,
                                                       const Environment& environment,
                                                       base::SteadyTime deadline,
                                                       std::stop_token stop) {
  SYNCLINE_ASSIGN_OR_RETURN(const std::vector<http::Url> places, PlacesOf(issuer));
  for (const http::Url& url : places) {
    SYNCLINE_RETURN_IF_ERROR(hosts.Check(url));
    http::Request request{.url = url};
    request.headers.Set("Accept", "application/json");
    SYNCLINE_ASSIGN_OR_RETURN(const http::TransportLimits limits,
                              LimitsUntil(deadline, environment.clock));
    SYNCLINE_ASSIGN_OR_RETURN(http::Response response,
                              environment.transport.Send(request, limits, stop));
    const OAuth2Answer answer(url, std::move(response), environment.clock.Now());
    if (answer.ok()) return ReadMetadata(answer, url, issuer, hosts);
    if (const absl::Status status = answer.ToError({}); MayPass(status)) return status;
  }
  return Failed(places.front(),
                fmt::format("is missing, and so is that at {}; set tokenUrl instead "
                            "of issuer if the provider publishes none",
                            places.back().ForLog()));
}

}  // namespace syncline::auth
