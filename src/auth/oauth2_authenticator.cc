#include "auth/oauth2_authenticator.h"

#include <fmt/format.h>

#include <utility>

#include "auth/oauth2_client.h"
#include "auth/oauth2_grant.h"
#include "auth/own_token_source.h"
#include "auth/shared_token_source.h"
#include "base/status.h"

namespace syncline::auth {
namespace {

std::string NameOf(const v1::TokenPlacement& placement) {
  if (placement.place_case() == v1::TokenPlacement::kQuery) return placement.query();
  return placement.header().empty() ? "Authorization" : placement.header();
}

std::string PrefixOf(const v1::TokenPlacement& placement) {
  if (placement.has_prefix()) return placement.prefix();
  return placement.place_case() == v1::TokenPlacement::kQuery ? "" : "Bearer ";
}

std::unique_ptr<TokenSource> MakeTokenSource(const v1::OAuth2Authentication& spec,
                                             std::unique_ptr<TokenGrant> grant,
                                             const Environment& environment) {
  if (environment.tokens == nullptr) {
    return std::make_unique<OwnTokenSource>(std::move(grant), environment.clock);
  }
  return std::make_unique<SharedTokenSource>(
      environment.tokens, std::move(grant), environment.clock, environment.random,
      RenewsByRefreshToken(spec) ? SharedTokenSource::Renewal::kByRefreshToken
                                 : SharedTokenSource::Renewal::kByItself,
      environment.give_up);
}

}  // namespace

OAuth2Authenticator::OAuth2Authenticator(AllowedHosts hosts, const v1::TokenPlacement& placement,
                                         std::unique_ptr<TokenSource> source,
                                         std::shared_ptr<KnownSecrets> known)
    : hosts_(std::move(hosts)),
      in_query_(placement.place_case() == v1::TokenPlacement::kQuery),
      name_(NameOf(placement)),
      prefix_(PrefixOf(placement)),
      source_(std::move(source)),
      known_(std::move(known)) {}

absl::Status OAuth2Authenticator::Apply(http::Request& request, std::stop_token stop) {
  SYNCLINE_RETURN_IF_ERROR(hosts_.Check(request.url));
  SYNCLINE_ASSIGN_OR_RETURN(const AccessToken token, source_->Get(std::move(stop)));
  known_->AddObtained(token.text);
  sent_version_ = token.version;
  std::string value = fmt::format("{}{}", prefix_, token.text.Reveal());
  if (in_query_) {
    http::SetQueryParameter(&request.url, name_, value);
  } else {
    request.headers.Set(name_, std::move(value));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> OAuth2Authenticator::Renew(const http::Response& response,
                                                std::stop_token stop) {
  if (response.status != 401) return false;
  return RenewRefused(response, std::move(stop));
}

absl::StatusOr<bool> OAuth2Authenticator::RenewRefused(const http::Response&,
                                                       std::stop_token stop) {
  if (sent_version_ < 0) return false;
  const std::int64_t refused = std::exchange(sent_version_, -1);
  SYNCLINE_ASSIGN_OR_RETURN(const AccessToken token, source_->Renew(refused, std::move(stop)));
  known_->AddObtained(token.text);
  return token.version > refused;
}

void OAuth2Authenticator::Strip(http::Url* url) const {
  if (in_query_) http::RemoveQueryParameter(url, name_);
}

absl::StatusOr<std::unique_ptr<Authenticator>> MakeOAuth2Authenticator(
    const v1::OAuth2Authentication& spec, AllowedHosts hosts, const SecretMap& secrets,
    const Environment& environment) {
  SYNCLINE_ASSIGN_OR_RETURN(std::unique_ptr<OAuth2Client> client,
                            OAuth2Client::Make(spec, hosts, secrets, environment));
  std::shared_ptr<KnownSecrets> known = client->known_secrets();
  SYNCLINE_ASSIGN_OR_RETURN(std::unique_ptr<TokenGrant> grant,
                            MakeTokenGrant(std::move(client), spec, secrets));
  return std::make_unique<OAuth2Authenticator>(std::move(hosts), spec.placement(),
                                               MakeTokenSource(spec, std::move(grant), environment),
                                               std::move(known));
}

}  // namespace syncline::auth
