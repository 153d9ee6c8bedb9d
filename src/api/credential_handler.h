#pragma once

#include <google/protobuf/empty.pb.h>

#include "absl/status/statusor.h"
#include "api/handler_environment.h"
#include "api/unary_call.h"
#include "syncline/v1/credential_service.pb.h"

namespace syncline::api {

// The methods of CredentialService, free of gRPC. Secret parts are taken out of a request before
// anything else looks at it and go to the vault; no answer holds one (I5). Errors as the contract
// names them.
class CredentialHandler {
 public:
  explicit CredentialHandler(const HandlerEnvironment& environment) : environment_(environment) {}

  absl::StatusOr<v1::Credential> Create(const v1::CreateCredentialRequest& request) const;
  absl::StatusOr<v1::Credential> Get(const v1::GetCredentialRequest& request) const;
  absl::StatusOr<v1::ListCredentialsResponse> List(const v1::ListCredentialsRequest& request) const;
  absl::StatusOr<v1::Credential> Update(const v1::UpdateCredentialRequest& request) const;
  // Tokens are taken back at the provider once the credential is gone, until the call's deadline.
  absl::StatusOr<google::protobuf::Empty> Delete(const v1::DeleteCredentialRequest& request,
                                                 const CallScope& scope) const;

 private:
  const HandlerEnvironment& environment_;
};

}  // namespace syncline::api
