#include "auth/oauth2_revocation.h"

#include "base/status.h"

namespace syncline::auth {

absl::StatusOr<bool> RevokeToken(OAuth2Client& client, RevokedToken kind,
                                 const secret::Secret& token, std::stop_token stop) {
  if (token.empty()) return false;
  const base::SteadyTime deadline = client.Deadline();
  SYNCLINE_ASSIGN_OR_RETURN(const auto url,
                            client.FindEndpoint(OAuth2Endpoint::kRevocation, deadline, stop));
  if (!url.has_value()) return false;
  client.known_secrets()->AddObtained(token);
  OAuth2Fields fields = {
      {"token", std::string(token.Reveal())},
      {"token_type_hint", kind == RevokedToken::kRefreshToken ? "refresh_token" : "access_token"}};
  SYNCLINE_ASSIGN_OR_RETURN(
      const OAuth2Answer answer,
      client.Post(OAuth2Endpoint::kRevocation, std::move(fields), deadline, std::move(stop)));
  if (answer.error() == "unsupported_token_type") return false;
  // The status says it all, and the body is empty (RFC 7009 2.2); a body with `error` is none.
  if (answer.is_success() && answer.error().empty()) return true;
  return answer.ToError(*client.known_secrets());
}

}  // namespace syncline::auth
