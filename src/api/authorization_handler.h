#pragma once

#include "absl/status/statusor.h"
#include "api/handler_environment.h"
#include "api/unary_call.h"
#include "syncline/v1/credential_service.pb.h"

namespace syncline::api {

// The methods of CredentialService by which a person consents to an OAuth2 credential, free of
// gRPC. What the client holds in between is a state; its hash finds the row with the sealed PKCE
// verifier or device code. No answer holds a secret (I5). Errors as the contract names them.
class AuthorizationHandler {
 public:
  explicit AuthorizationHandler(const HandlerEnvironment& environment)
      : environment_(environment) {}

  static constexpr std::chrono::seconds kConsentLifetime{600};

  absl::StatusOr<v1::BeginAuthorizationResponse> Begin(const v1::BeginAuthorizationRequest& request,
                                                       const CallScope& scope) const;
  absl::StatusOr<v1::CompleteAuthorizationResponse> Complete(
      const v1::CompleteAuthorizationRequest& request, const CallScope& scope) const;
  absl::StatusOr<v1::BeginDeviceAuthorizationResponse> BeginDevice(
      const v1::BeginDeviceAuthorizationRequest& request, const CallScope& scope) const;
  absl::StatusOr<v1::PollDeviceAuthorizationResponse> PollDevice(
      const v1::PollDeviceAuthorizationRequest& request, const CallScope& scope) const;

 private:
  const HandlerEnvironment& environment_;
};

}  // namespace syncline::api
