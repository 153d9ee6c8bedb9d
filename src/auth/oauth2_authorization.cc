#include "auth/oauth2_authorization.h"

#include <algorithm>

#include "base/status.h"
#include "secret/digest.h"
#include "secret/random_bytes.h"

namespace syncline::auth {
namespace {

constexpr std::size_t kRandomBytes = 32;  // 43 characters of base64url (RFC 7636 4.1)
constexpr std::size_t kRedirectUriBytesMax = 2048;

// RFC 6749 3.1.2: absolute, without a fragment. Schemes of native apps (RFC 8252) are allowed.
absl::Status CheckRedirectUri(std::string_view uri) {
  const std::size_t colon = uri.find(':');
  const bool has_scheme = colon != std::string_view::npos && colon > 0 &&
                          uri.find_first_of("/?#") > colon && colon + 1 < uri.size();
  const bool is_clean = std::ranges::all_of(uri, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte < 0x7F && c != '#';
  });
  if (has_scheme && is_clean && uri.size() <= kRedirectUriBytesMax) return absl::OkStatus();
  return base::InvalidFields(
      {{"redirectUri",
        "must be an absolute URI of at most 2048 bytes without a fragment, as it is registered at "
        "the provider, e.g. \"https://sync.example/oauth/callback\""}});
}

absl::StatusOr<secret::Secret> RandomText() {
  SYNCLINE_ASSIGN_OR_RETURN(const secret::Secret bytes, secret::RandomBytes(kRandomBytes));
  return secret::Secret(secret::EncodeBase64Url(bytes.Reveal()));
}

}  // namespace

absl::StatusOr<AuthorizationRequest> BeginAuthorization(OAuth2Client& client,
                                                        const std::string& redirect_uri,
                                                        std::stop_token stop) {
  SYNCLINE_RETURN_IF_ERROR(CheckRedirectUri(redirect_uri));
  const OAuth2Definition& definition = client.definition();
  if (!definition.has_authorization_code()) {
    return base::InvalidFields(
        {{"name",
          "the credential has no grant authorizationCode, so there is nothing to consent "
          "to"}});
  }
  AuthorizationRequest request;
  SYNCLINE_ASSIGN_OR_RETURN(request.url, client.GetEndpoint(OAuth2Endpoint::kAuthorization,
                                                            client.Deadline(), std::move(stop)));
  SYNCLINE_ASSIGN_OR_RETURN(const secret::Secret state, RandomText());
  request.state = state.Reveal();
  OAuth2Fields fields = {{"response_type", "code"},
                         {"client_id", definition.client_id()},
                         {"redirect_uri", redirect_uri},
                         {"state", request.state}};
  for (auto& target : definition.Targets(true)) fields.push_back(std::move(target));
  if (definition.uses_pkce()) {
    SYNCLINE_ASSIGN_OR_RETURN(request.code_verifier, RandomText());
    fields.emplace_back("code_challenge",
                        secret::EncodeBase64Url(secret::Sha256(request.code_verifier.Reveal())));
    fields.emplace_back("code_challenge_method", "S256");
  }
  SYNCLINE_ASSIGN_OR_RETURN(const OAuth2Fields further, definition.RenderAuthorizationParameters(
                                                            client.environment().clock.Now()));
  for (const auto& field : further) {
    std::erase_if(fields, [&field](const auto& ours) { return ours.first == field.first; });
    fields.push_back(field);
  }
  for (const auto& [name, value] : fields) {  // `resource` may repeat, so nothing is replaced
    if (!request.url.query.empty()) request.url.query += '&';
    request.url.query += http::PercentEncode(name) + "=" + http::PercentEncode(value);
  }
  return request;
}

absl::StatusOr<GrantedTokens> ExchangeCode(OAuth2Client& client, const secret::Secret& code,
                                           const secret::Secret& code_verifier,
                                           const std::string& redirect_uri, std::stop_token stop) {
  client.known_secrets()->AddObtained(code);
  client.known_secrets()->AddObtained(code_verifier);
  OAuth2Fields fields = {{"grant_type", "authorization_code"},
                         {"code", std::string(code.Reveal())},
                         {"redirect_uri", redirect_uri}};
  if (!code_verifier.empty()) fields.emplace_back("code_verifier", code_verifier.Reveal());
  for (auto& target : client.definition().Targets(false)) fields.push_back(std::move(target));
  return client.RequestTokens(std::move(fields), client.Deadline(), std::move(stop));
}

}  // namespace syncline::auth
