#include "api/sign_in_handler.h"

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

using model::CredentialName;

absl::StatusOr<v1::TestCredentialResponse> SignInHandler::Test(
    const v1::TestCredentialRequest& request, const CallScope& scope) const {
  base::FieldViolations wrong;
  const auto name = ParseName<CredentialName>(request.name(), "name");
  wrong.AddStatus("", name.status());
  const auto url = http::Url::Parse(request.url());
  if (!url.ok()) wrong.Add("url", base::MessageOf(url.status()));
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
                                   environment_.clock, environment_.random)}));
  const pull::SignInProbe probe = pull::ProbeSignIn(
      *authenticator, vendor, *url,
      {.total_timeout = kVendorTimeMax, .body_bytes_max = kBodyBytesMax}, scope.stop);
  authenticator->End();
  v1::TestCredentialResponse response;
  response.set_status(probe.status);
  response.set_explanation(probe.explanation);
  response.set_accepted(probe.accepted);
  response.set_reason(probe.reason);
  for (const std::string& missing : probe.missing_scopes) response.add_missing_scopes(missing);
  response.set_body(probe.body);
  auth::ShowExpireTime(&open.credential);
  if (open.credential.has_expire_time()) {
    *response.mutable_expire_time() = open.credential.expire_time();
  }
  if (open.credential.has_token_expire_time()) {
    *response.mutable_token_expire_time() = open.credential.token_expire_time();
  }
  return response;
}

}  // namespace syncline::api
