#include "api/authorization_handler.h"
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
      : calls_(calls), handler_(handlers), sign_in_(handlers), authorization_(handlers) {}

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
                     [this](const v1::DeleteCredentialRequest& r, const CallScope& scope) {
                       return handler_.Delete(r, scope);
                     });
  }

  ServerUnaryReactor* TestCredential(CallbackServerContext* context,
                                     const v1::TestCredentialRequest* request,
                                     v1::TestCredentialResponse* response) override {
    return UnaryCall(calls_, context, "CredentialService/TestCredential", request, response,
                     [this](const v1::TestCredentialRequest& r, const CallScope& scope) {
                       return sign_in_.Test(r, scope);
                     });
  }

  ServerUnaryReactor* BeginAuthorization(CallbackServerContext* context,
                                         const v1::BeginAuthorizationRequest* request,
                                         v1::BeginAuthorizationResponse* response) override {
    return UnaryCall(calls_, context, "CredentialService/BeginAuthorization", request, response,
                     [this](const v1::BeginAuthorizationRequest& r, const CallScope& scope) {
                       return authorization_.Begin(r, scope);
                     });
  }

  ServerUnaryReactor* CompleteAuthorization(CallbackServerContext* context,
                                            const v1::CompleteAuthorizationRequest* request,
                                            v1::CompleteAuthorizationResponse* response) override {
    return UnaryCall(calls_, context, "CredentialService/CompleteAuthorization", request, response,
                     [this](const v1::CompleteAuthorizationRequest& r, const CallScope& scope) {
                       return authorization_.Complete(r, scope);
                     });
  }

  ServerUnaryReactor* BeginDeviceAuthorization(
      CallbackServerContext* context, const v1::BeginDeviceAuthorizationRequest* request,
      v1::BeginDeviceAuthorizationResponse* response) override {
    return UnaryCall(calls_, context, "CredentialService/BeginDeviceAuthorization", request,
                     response,
                     [this](const v1::BeginDeviceAuthorizationRequest& r, const CallScope& scope) {
                       return authorization_.BeginDevice(r, scope);
                     });
  }

  ServerUnaryReactor* PollDeviceAuthorization(
      CallbackServerContext* context, const v1::PollDeviceAuthorizationRequest* request,
      v1::PollDeviceAuthorizationResponse* response) override {
    return UnaryCall(calls_, context, "CredentialService/PollDeviceAuthorization", request,
                     response,
                     [this](const v1::PollDeviceAuthorizationRequest& r, const CallScope& scope) {
                       return authorization_.PollDevice(r, scope);
                     });
  }

 private:
  const CallEnvironment& calls_;
  const CredentialHandler handler_;
  const SignInHandler sign_in_;
  const AuthorizationHandler authorization_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeCredentialService(const CallEnvironment& calls,
                                                     const HandlerEnvironment& handlers) {
  return std::make_unique<CredentialService>(calls, handlers);
}

}  // namespace syncline::api
