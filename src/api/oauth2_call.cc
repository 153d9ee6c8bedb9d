#include "api/oauth2_call.h"

#include "auth/allowed_hosts.h"
#include "auth/alternative.h"
#include "auth/oauth2_revocation.h"
#include "base/log.h"
#include "base/status.h"
#include "secret/digest.h"
#include "store/credential_store.h"

namespace syncline::api {
namespace {

using model::CredentialName;

}  // namespace

OAuth2Call::OAuth2Call(const HandlerEnvironment& environment, const CallScope& scope,
                       CredentialName name, std::string alternative, std::int64_t token_epoch)
    : environment_(environment),
      name_(std::move(name)),
      alternative_(std::move(alternative)),
      token_epoch_(token_epoch),
      stop_(scope.stop),
      transport_(environment.vendor_transport, environment.clock, scope.deadline),
      tokens_(environment.database, environment.vault.sealer(), environment.clock,
              environment.random, {name_, alternative_}, token_epoch) {}

absl::StatusOr<std::unique_ptr<OAuth2Call>> OAuth2Call::Open(const HandlerEnvironment& environment,
                                                             const CallScope& scope,
                                                             const CredentialName& name,
                                                             const std::string& alternative) {
  SYNCLINE_ASSIGN_OR_RETURN(credential::OpenCredential open, environment.credentials.Open(name));
  SYNCLINE_RETURN_IF_ERROR(auth::PickAlternative(alternative, &open.credential, &open.secrets));
  if (!open.credential.has_oauth2()) {
    const bool own = alternative.empty();
    return base::InvalidFields(
        {{own ? "name" : "alternative",
          fmt::format("{}{} has a kind that nobody consents to; set oauth2", name.ToString(),
                      own ? "" : fmt::format(", alternative \"{}\",", alternative))}});
  }
  const std::vector<std::string> entries(open.credential.allowed_hosts().begin(),
                                         open.credential.allowed_hosts().end());
  SYNCLINE_ASSIGN_OR_RETURN(auth::AllowedHosts hosts, auth::AllowedHosts::Make(entries));
  auto call = std::make_unique<OAuth2Call>(environment, scope, name, alternative, open.token_epoch);
  SYNCLINE_ASSIGN_OR_RETURN(auto identity,
                            auth::MakeTlsIdentity(open.credential.tls(), open.secrets));
  call->tls_ = std::make_unique<auth::TlsTransport>(call->transport_, hosts, std::move(identity));
  SYNCLINE_ASSIGN_OR_RETURN(
      call->client_,
      auth::OAuth2Client::Make(
          open.credential.oauth2(), std::move(hosts), open.secrets,
          {.transport = *call->tls_, .clock = environment.clock, .random = environment.random}));
  return call;
}

std::string OAuth2Call::ContextOf(std::string_view state_hash) const {
  return fmt::format("authorization/v1|{}|{}|{}|{}|{}", name_.workspace, name_.credential,
                     alternative_, token_epoch_, secret::EncodeHex(state_hash));
}

absl::StatusOr<secret::Sealed> OAuth2Call::Seal(const secret::Secret& secret,
                                                std::string_view state_hash) {
  return environment_.vault.sealer().Seal(secret, ContextOf(state_hash));
}

absl::StatusOr<secret::Secret> OAuth2Call::Open(const secret::Sealed& sealed,
                                                std::string_view state_hash) {
  return environment_.vault.sealer().Open(sealed, ContextOf(state_hash));
}

std::vector<HeldTokens> FindHeldTokens(const HandlerEnvironment& environment,
                                       const CallScope& scope, const CredentialName& name) {
  std::vector<HeldTokens> all;
  const auto credential = ReadInTransaction(
      environment.database,
      [&](store::Transaction& transaction) { return store::FindCredential(transaction, name); });
  if (!credential.ok()) return all;
  std::vector<std::string> alternatives;
  if (credential->has_oauth2()) alternatives.emplace_back("");
  for (const auto& [alternative, sign_in] : credential->alternatives()) {
    if (sign_in.has_oauth2()) alternatives.push_back(alternative);
  }
  for (const std::string& alternative : alternatives) {
    auto call = OAuth2Call::Open(environment, scope, name, alternative);
    if (!call.ok()) continue;
    auto tokens = (*call)->tokens().Read();
    if (tokens.ok()) all.push_back({*std::move(call), *std::move(tokens)});
  }
  return all;
}

void RevokeTokens(const HandlerEnvironment& environment, const HeldTokens& held,
                  const CredentialName& name) {
  OAuth2Call& call = *held.call;
  const auth::StoredTokens& tokens = held.tokens;
  using Kind = auth::RevokedToken;
  for (const Kind kind : {Kind::kRefreshToken, Kind::kAccessToken}) {
    const secret::Secret& token =
        kind == Kind::kRefreshToken ? tokens.refresh_token : tokens.access_token;
    if (token.empty()) continue;
    const absl::StatusOr<bool> revoked = auth::RevokeToken(call.client(), kind, token, call.stop());
    if (revoked.ok()) continue;
    environment.logger.Warning("credential.revocation_failed",
                               {{"credential", name.ToString()}, {"error", revoked.status()}});
  }
}

}  // namespace syncline::api
