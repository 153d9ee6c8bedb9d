#include "api/credential_handler.h"
#include "api/services.h"
#include "api/sign_in_handler.h"
#include "api/unary_call.h"
#include "syncline/v1/credential_service.grpc.pb.h"

namespace syncline::api {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

// Hands every call to CredentialHandler on a worker thread.
class CredentialService final : public v1::CredentialService::CallbackService {
 public:
  CredentialService(const CallEnvironment& calls, const HandlerEnvironment& handlers)
      : calls_(calls), handler_(handlers), sign_in_(handlers) {}

  ServerUnaryReactor* CreateCredential(CallbackServerContext* context,
                                       const v1::CreateCredentialRequest* request,
                                       v1::Credential* response) override {
    return UnaryCall(calls_, context, "CredentialService/CreateCredential", request, response,
                     [this](const auto& r) { return handler_.Create(r); });
  }

  ServerUnaryReactor* GetCredential(CallbackServerContext* context,
                                    const v1::GetCredentialRequest* request,
                                    v1::Credential* response) override {
    return UnaryCall(calls_, context, "CredentialService/GetCredential", request, response,
                     [this](const auto& r) { return handler_.Get(r); });
  }

  ServerUnaryReactor* ListCredentials(CallbackServerContext* context,
                                      const v1::ListCredentialsRequest* request,
                                      v1::ListCredentialsResponse* response) override {
    return UnaryCall(calls_, context, "CredentialService/ListCredentials", request, response,
                     [this](const auto& r) { return handler_.List(r); });
  }

  ServerUnaryReactor* UpdateCredential(CallbackServerContext* context,
                                       const v1::UpdateCredentialRequest* request,
                                       v1::Credential* response) override {
    return UnaryCall(calls_, context, "CredentialService/UpdateCredential", request, response,
                     [this](const auto& r) { return handler_.Update(r); });
  }

  ServerUnaryReactor* DeleteCredential(CallbackServerContext* context,
                                       const v1::DeleteCredentialRequest* request,
                                       google::protobuf::Empty* response) override {
    return UnaryCall(calls_, context, "CredentialService/DeleteCredential", request, response,
                     [this](const auto& r) { return handler_.Delete(r); });
  }

  ServerUnaryReactor* TestCredential(CallbackServerContext* context,
                                     const v1::TestCredentialRequest* request,
                                     v1::TestCredentialResponse* response) override {
    return UnaryCall(calls_, context, "CredentialService/TestCredential", request, response,
                     [this](const auto& r) { return sign_in_.Test(r); });
  }

  ServerUnaryReactor* BeginAuthorization(CallbackServerContext* context,
                                         const v1::BeginAuthorizationRequest* request,
                                         v1::BeginAuthorizationResponse* response) override {
    return UnaryCall(
        calls_, context, "CredentialService/BeginAuthorization", request, response,
        [](const v1::BeginAuthorizationRequest&) -> absl::StatusOr<v1::BeginAuthorizationResponse> {
          return Unimplemented("OAuth2 consent (BeginAuthorization)");
        });
  }

  ServerUnaryReactor* CompleteAuthorization(CallbackServerContext* context,
                                            const v1::CompleteAuthorizationRequest* request,
                                            v1::CompleteAuthorizationResponse* response) override {
    return UnaryCall(calls_, context, "CredentialService/CompleteAuthorization", request, response,
                     [](const v1::CompleteAuthorizationRequest&)
                         -> absl::StatusOr<v1::CompleteAuthorizationResponse> {
                       return Unimplemented("OAuth2 consent (CompleteAuthorization)");
                     });
  }

 private:
  const CallEnvironment& calls_;
  const CredentialHandler handler_;
  const SignInHandler sign_in_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeCredentialService(const CallEnvironment& calls,
                                                     const HandlerEnvironment& handlers) {
  return std::make_unique<CredentialService>(calls, handlers);
}

}  // namespace syncline::api
