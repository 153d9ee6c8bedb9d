#include "api/authorization_handler.h"

#include "api/oauth2_call.h"
#include "api/reauthorization.h"
#include "auth/credential_end.h"
#include "auth/oauth2_authorization.h"
#include "auth/oauth2_device.h"
#include "base/status.h"
#include "secret/digest.h"
#include "secret/random_bytes.h"
#include "store/credential_store.h"
#include "store/oauth_authorization_store.h"
#include "store/oauth_token_store.h"
#include "store/schedule_store.h"

namespace syncline::api {
namespace {

using credential::PostgresTokenStore;
using model::CredentialName;
using store::OAuthAuthorization;
using store::Transaction;

constexpr std::size_t kStateBytes = 32;
constexpr int kSealRoundsMax = 5;

absl::Status StateInvalid() {
  return base::Error(
      base::Reason::kAuthorizationStateInvalid,
      "this consent was not begun, has served already, is too old, or its credential "
      "was changed meanwhile; begin anew");
}

absl::StatusOr<CredentialName> CheckRequest(const std::string& name_text, const std::string& state,
                                            bool has_code) {
  base::FieldViolations wrong;
  const absl::StatusOr<CredentialName> name = CredentialName::Parse(name_text);
  if (!name.ok()) wrong.Add("name", base::MessageOf(name.status()));
  if (state.empty()) wrong.Add("state", "is required: the state that the consent began with");
  if (!has_code) wrong.Add("code", "is required: the code that the provider sent");
  SYNCLINE_RETURN_IF_ERROR(wrong.ToStatus());
  return name;
}

google::protobuf::Duration ToDuration(std::chrono::seconds seconds) {
  google::protobuf::Duration duration;
  duration.set_seconds(seconds.count());
  return duration;
}

absl::StatusOr<google::protobuf::Timestamp> Keep(const HandlerEnvironment& environment,
                                                 OAuth2Call& call, const CredentialName& name,
                                                 const std::string& state,
                                                 const secret::Secret& secret,
                                                 OAuthAuthorization authorization,
                                                 std::chrono::seconds lifetime) {
  const std::string hash = secret::Sha256(state);
  authorization.alternative = call.alternative();
  authorization.token_epoch = call.token_epoch();
  SYNCLINE_ASSIGN_OR_RETURN(authorization.sealed, call.Seal(secret, hash));
  SYNCLINE_ASSIGN_OR_RETURN(
      const base::Time end, ReadInTransaction(environment.database, [&](Transaction& transaction) {
        return store::InsertAuthorization(transaction, name, hash, authorization, lifetime);
      }));
  return store::ToTimestamp(end);
}

enum class Flow { kCode, kDevice };

// A consent that was begun and the call to end it with, for the sign-in that it was begun for.
struct UnderWay {
  OAuthAuthorization begun;
  std::unique_ptr<OAuth2Call> call;
};

// AUTHORIZATION_STATE_INVALID; NOT_FOUND of the credential; the errors of OAuth2Call::Open.
absl::StatusOr<UnderWay> FindUnderWay(const HandlerEnvironment& environment, const CallScope& scope,
                                      const CredentialName& name, const std::string& hash,
                                      Flow flow) {
  using Found = std::optional<OAuthAuthorization>;
  SYNCLINE_ASSIGN_OR_RETURN(
      Found found,
      ReadInTransaction(
          environment.database, [&](Transaction& transaction) -> absl::StatusOr<Found> {
            SYNCLINE_RETURN_IF_ERROR(store::FindTokenEpoch(transaction, name).status());
            return store::FindAuthorization(transaction, name, hash);
          }));
  // A state of the device flow has no redirect_uri, and its secret is no verifier.
  if (!found.has_value() || found->redirect_uri.empty() != (flow == Flow::kDevice)) {
    return StateInvalid();
  }
  auto call = OAuth2Call::Open(environment, scope, name, found->alternative);
  if (!call.ok() && base::ReasonOf(call.status()) == base::Reason::kNotFound) {
    return StateInvalid();  // the alternative went
  }
  SYNCLINE_RETURN_IF_ERROR(call.status());
  if (found->token_epoch != (*call)->token_epoch()) return StateInvalid();
  return UnderWay{*std::move(found), *std::move(call)};
}

absl::StatusOr<base::Time> DatabaseNow(const HandlerEnvironment& environment) {
  return ReadInTransaction(environment.database, [](Transaction& transaction) {
    return store::DatabaseTime(transaction);
  });
}

// Takes in what the consent brought: the credential works again, and what was paused for it goes
// on. Absent when a refresh was quicker.
absl::StatusOr<std::optional<v1::Credential>> TakeIn(
    const HandlerEnvironment& environment, OAuth2Call& call, const CredentialName& name,
    const PostgresTokenStore::SealedConsent& consent, const std::string& spent_state_hash) {
  using Answer = std::optional<v1::Credential>;
  return ReadInTransaction(
      environment.database, [&](Transaction& transaction) -> absl::StatusOr<Answer> {
        SYNCLINE_RETURN_IF_ERROR(
            store::FindCredential(transaction, name, store::Lock::kForUpdate).status());
        SYNCLINE_ASSIGN_OR_RETURN(const bool taken, call.tokens().Authorize(transaction, consent));
        if (!taken) return Answer();
        SYNCLINE_RETURN_IF_ERROR(ResumeSchedulesOf(transaction, name, call.alternative()));
        SYNCLINE_RETURN_IF_ERROR(
            store::TakeAuthorization(transaction, name, spent_state_hash).status());
        SYNCLINE_ASSIGN_OR_RETURN(Answer credential, store::FindCredential(transaction, name));
        auth::ShowExpireTime(&*credential);
        return credential;
      });
}

absl::StatusOr<v1::Credential> Authorize(const HandlerEnvironment& environment, OAuth2Call& call,
                                         const CredentialName& name,
                                         const auth::GrantedTokens& tokens, base::Time sent,
                                         const std::string& spent_state_hash) {
  // The code is spent: these tokens come once. A refresh that is under way may move the version
  // while they are sealed; the next is seconds away.
  for (int round = 0; round < kSealRoundsMax; ++round) {
    SYNCLINE_ASSIGN_OR_RETURN(const PostgresTokenStore::SealedConsent consent,
                              call.tokens().SealConsent(tokens.access_token, tokens.refresh_token,
                                                        sent, tokens.lifetime));
    SYNCLINE_ASSIGN_OR_RETURN(std::optional<v1::Credential> credential,
                              TakeIn(environment, call, name, consent, spent_state_hash));
    if (credential.has_value()) return *std::move(credential);
  }
  return base::Error(base::Reason::kDatabaseConflict,
                     fmt::format("the tokens of {} were refreshed each time while those of the "
                                 "consent were sealed; begin anew",
                                 name.ToString()));
}

}  // namespace

absl::StatusOr<v1::BeginAuthorizationResponse> AuthorizationHandler::Begin(
    const v1::BeginAuthorizationRequest& request, const CallScope& scope) const {
  SYNCLINE_ASSIGN_OR_RETURN(const auto name, ParseName<CredentialName>(request.name(), "name"));
  SYNCLINE_ASSIGN_OR_RETURN(const auto call,
                            OAuth2Call::Open(environment_, scope, name, request.alternative()));
  SYNCLINE_ASSIGN_OR_RETURN(
      const auth::AuthorizationRequest begun,
      auth::BeginAuthorization(call->client(), request.redirect_uri(), call->stop()));
  v1::BeginAuthorizationResponse response;
  SYNCLINE_ASSIGN_OR_RETURN(*response.mutable_expire_time(),
                            Keep(environment_, *call, name, begun.state, begun.code_verifier,
                                 {.redirect_uri = request.redirect_uri()}, kConsentLifetime));
  response.set_authorization_url(begun.url.ToString());
  response.set_state(begun.state);
  return response;
}

absl::StatusOr<v1::CompleteAuthorizationResponse> AuthorizationHandler::Complete(
    const v1::CompleteAuthorizationRequest& request, const CallScope& scope) const {
  SYNCLINE_ASSIGN_OR_RETURN(const CredentialName name,
                            CheckRequest(request.name(), request.state(), !request.code().empty()));
  const std::string hash = secret::Sha256(request.state());
  SYNCLINE_ASSIGN_OR_RETURN(const UnderWay under_way,
                            FindUnderWay(environment_, scope, name, hash, Flow::kCode));
  const std::unique_ptr<OAuth2Call>& call = under_way.call;
  // It serves once, whatever comes of it.
  SYNCLINE_ASSIGN_OR_RETURN(const std::optional<OAuthAuthorization> begun,
                            ReadInTransaction(environment_.database, [&](Transaction& transaction) {
                              return store::TakeAuthorization(transaction, name, hash);
                            }));
  if (!begun.has_value()) return StateInvalid();
  SYNCLINE_ASSIGN_OR_RETURN(const secret::Secret verifier, call->Open(begun->sealed, hash));
  SYNCLINE_ASSIGN_OR_RETURN(const base::Time sent, DatabaseNow(environment_));
  SYNCLINE_ASSIGN_OR_RETURN(const auth::GrantedTokens tokens,
                            auth::ExchangeCode(call->client(), secret::Secret(request.code()),
                                               verifier, begun->redirect_uri, call->stop()));
  v1::CompleteAuthorizationResponse response;
  SYNCLINE_ASSIGN_OR_RETURN(*response.mutable_credential(),
                            Authorize(environment_, *call, name, tokens, sent, hash));
  return response;
}

absl::StatusOr<v1::BeginDeviceAuthorizationResponse> AuthorizationHandler::BeginDevice(
    const v1::BeginDeviceAuthorizationRequest& request, const CallScope& scope) const {
  SYNCLINE_ASSIGN_OR_RETURN(const auto name, ParseName<CredentialName>(request.name(), "name"));
  SYNCLINE_ASSIGN_OR_RETURN(const auto call,
                            OAuth2Call::Open(environment_, scope, name, request.alternative()));
  SYNCLINE_ASSIGN_OR_RETURN(const auth::DeviceAuthorization device,
                            auth::BeginDeviceAuthorization(call->client(), call->stop()));
  SYNCLINE_ASSIGN_OR_RETURN(const secret::Secret random, secret::RandomBytes(kStateBytes));
  const std::string state = secret::EncodeBase64Url(random.Reveal());
  v1::BeginDeviceAuthorizationResponse response;
  SYNCLINE_ASSIGN_OR_RETURN(*response.mutable_expire_time(),
                            Keep(environment_, *call, name, state, device.device_code,
                                 {.poll_interval = device.interval}, device.lifetime));
  response.set_user_code(device.user_code);
  response.set_verification_uri(device.verification_uri);
  response.set_verification_uri_complete(device.verification_uri_complete);
  response.set_state(state);
  *response.mutable_interval() = ToDuration(device.interval);
  return response;
}

absl::StatusOr<v1::PollDeviceAuthorizationResponse> AuthorizationHandler::PollDevice(
    const v1::PollDeviceAuthorizationRequest& request, const CallScope& scope) const {
  SYNCLINE_ASSIGN_OR_RETURN(const CredentialName name,
                            CheckRequest(request.name(), request.state(), true));
  const std::string hash = secret::Sha256(request.state());
  SYNCLINE_ASSIGN_OR_RETURN(const UnderWay under_way,
                            FindUnderWay(environment_, scope, name, hash, Flow::kDevice));
  const std::unique_ptr<OAuth2Call>& call = under_way.call;
  const OAuthAuthorization& begun = under_way.begun;
  SYNCLINE_ASSIGN_OR_RETURN(const secret::Secret device_code, call->Open(begun.sealed, hash));
  SYNCLINE_ASSIGN_OR_RETURN(const base::Time sent, DatabaseNow(environment_));
  const absl::StatusOr<auth::DevicePoll> poll =
      auth::PollDeviceAuthorization(call->client(), device_code, begun.poll_interval, call->stop());
  const bool over = !poll.ok() && base::ReasonOf(poll.status()) == base::Reason::kReauthRequired;
  SYNCLINE_RETURN_IF_ERROR(environment_.database.RunTransaction([&](Transaction& transaction) {
    if (over) return store::TakeAuthorization(transaction, name, hash).status();
    if (!poll.ok()) return absl::OkStatus();
    return store::SetPollInterval(transaction, name, hash, poll->interval);
  }));
  SYNCLINE_RETURN_IF_ERROR(poll.status());
  v1::PollDeviceAuthorizationResponse response;
  *response.mutable_interval() = ToDuration(poll->interval);
  if (!poll->tokens.has_value()) return response;
  SYNCLINE_ASSIGN_OR_RETURN(*response.mutable_credential(),
                            Authorize(environment_, *call, name, *poll->tokens, sent, hash));
  return response;
}

}  // namespace syncline::api
