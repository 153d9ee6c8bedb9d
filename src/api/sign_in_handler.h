#pragma once

#include "absl/status/statusor.h"
#include "api/handler_environment.h"
#include "api/unary_call.h"
#include "syncline/v1/credential_service.pb.h"

namespace syncline::api {

// The methods of CredentialService that talk to the vendor, free of gRPC. They block for as long as
// the vendor takes, at most kVendorTimeMax per exchange and until the call's deadline for all of
// them, and hold no database transaction meanwhile.
class SignInHandler {
 public:
  static constexpr std::chrono::seconds kVendorTimeMax{20};
  static constexpr std::size_t kBodyBytesMax = std::size_t{1} << 20;
  // Of a credential with several, in one call; the next call goes on.
  static constexpr int kIdentitiesMax = 32;
  // What one may well take: another is begun only while so much time, or as much as the slowest so
  // far took, is left.
  static constexpr std::chrono::milliseconds kIdentityTime{2'000};

  explicit SignInHandler(const HandlerEnvironment& environment) : environment_(environment) {}

  absl::StatusOr<v1::TestCredentialResponse> Test(const v1::TestCredentialRequest& request,
                                                  const CallScope& scope) const;

 private:
  const HandlerEnvironment& environment_;
};

}  // namespace syncline::api
