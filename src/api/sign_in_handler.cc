#include "api/sign_in_handler.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "auth/alternative.h"
#include "auth/authenticator.h"
#include "auth/credential_end.h"
#include "credential/credential_opener.h"
#include "http/deadline_transport.h"
#include "http/message.h"
#include "model/resource_name.h"
#include "pull/sign_in_probe.h"

namespace syncline::api {

namespace {

using model::CredentialName;

// What one identity met; the response itself and IdentityTest have these fields alike.
template <typename Message>
void Fill(const pull::SignInProbe& probe, Message* message) {
  message->set_status(probe.status);
  message->set_explanation(probe.explanation);
  message->set_accepted(probe.accepted);
  message->set_reason(probe.reason);
  for (const std::string& missing : probe.missing_scopes) message->add_missing_scopes(missing);
  message->set_body(probe.body);
}

void ShowEnds(v1::Credential credential, v1::TestCredentialResponse* response) {
  auth::ShowExpireTime(&credential);
  if (credential.has_expire_time()) *response->mutable_expire_time() = credential.expire_time();
  if (credential.has_token_expire_time()) {
    *response->mutable_token_expire_time() = credential.token_expire_time();
  }
}

// Walks the identities as far as bounds and time allow.
class IdentityWalk {
 public:
  IdentityWalk(const base::Clock& clock, const CallScope& scope, int first, int count)
      : clock_(clock),
        scope_(scope),
        count_(count),
        first_(first),
        end_(std::min(count, first + SignInHandler::kIdentitiesMax)),
        next_(first),
        longest_(SignInHandler::kIdentityTime) {}

  // The next one to test; absent = enough. One that the call's end would cut off is left for
  // another call; the first is begun in any case.
  std::optional<int> Next() {
    const base::SteadyTime now = clock_.SteadyNow();
    const bool is_first = next_ == first_;
    if (!is_first) longest_ = std::max<std::chrono::nanoseconds>(longest_, now - begun_);
    const bool in_time = is_first || now + longest_ <= scope_.deadline;
    if (next_ >= end_ || !in_time || scope_.stop.stop_requested()) return std::nullopt;
    begun_ = now;
    return next_++;
  }
  // 0 = every one was tested.
  int left() const { return next_ < count_ ? next_ : 0; }

 private:
  const base::Clock& clock_;
  const CallScope& scope_;
  const int count_;
  const int first_;
  const int end_;
  int next_;
  std::chrono::nanoseconds longest_;  // that one took, or may well take
  base::SteadyTime begun_;            // the one before
};

}  // namespace

absl::StatusOr<v1::TestCredentialResponse> SignInHandler::Test(
    const v1::TestCredentialRequest& request, const CallScope& scope) const {
  base::FieldViolations wrong;
  const auto name = ParseName<CredentialName>(request.name(), "name");
  wrong.AddStatus("", name.status());
  const auto url = http::Url::Parse(request.url());
  if (!url.ok()) wrong.Add("url", base::MessageOf(url.status()));
  if (request.first_identity() < 0) wrong.Add("firstIdentity", "must not be negative");
  SYNCLINE_RETURN_IF_ERROR(wrong.ToStatus());
  SYNCLINE_ASSIGN_OR_RETURN(credential::OpenCredential open, environment_.credentials.Open(*name));
  SYNCLINE_RETURN_IF_ERROR(
      auth::PickAlternative(request.alternative(), &open.credential, &open.secrets));
  http::DeadlineTransport vendor(environment_.vendor_transport, environment_.clock, scope.deadline);
  SYNCLINE_ASSIGN_OR_RETURN(
      const std::unique_ptr<auth::Authenticator> authenticator,
      auth::MakeAuthenticator(open.credential, open.secrets,
                              {.transport = vendor,
                               .clock = environment_.clock,
                               .random = environment_.random,
                               .tokens = environment_.credentials.TokensOf(
                                   {*name, request.alternative()}, open.token_epoch,
                                   environment_.clock, environment_.random),
                               .give_up = scope.deadline}));
  const int count = authenticator->identity_count();
  if (request.first_identity() >= count) {
    return base::InvalidFields(
        {{"firstIdentity", fmt::format("is behind the last: there are {}, from 0", count)}});
  }
  v1::TestCredentialResponse response;
  std::optional<pull::SignInProbe> shown;  // the first that was not accepted, else the first
  IdentityWalk walk(environment_.clock, scope, request.first_identity(), count);
  while (const std::optional<int> identity = walk.Next()) {
    authenticator->Select(*identity);
    pull::SignInProbe probe = pull::ProbeSignIn(
        *authenticator, vendor, *url,
        {.total_timeout = kVendorTimeMax, .body_bytes_max = kBodyBytesMax}, scope.stop);
    if (count > 1) {
      v1::IdentityTest* const test = response.add_identities();
      test->set_identity(authenticator->IdentityName(*identity));
      Fill(probe, test);
    }
    if (!shown.has_value() || (shown->accepted && !probe.accepted)) shown = std::move(probe);
  }
  authenticator->End();
  if (!shown.has_value()) return base::Error(base::Reason::kDraining, "the server goes down");
  Fill(*shown, &response);
  response.set_next_identity(walk.left());
  ShowEnds(std::move(open.credential), &response);
  return response;
}

}  // namespace syncline::api
