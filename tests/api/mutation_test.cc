#include "api/mutation.h"

#include <gtest/gtest.h>

#include "syncline/v1/credential_service.pb.h"
#include "syncline/v1/integration_service.pb.h"

namespace syncline::api {
namespace {

v1::CreateCredentialRequest RequestWith(const std::string& password) {
  v1::CreateCredentialRequest request;
  request.set_parent("workspaces/default");
  request.mutable_credential()->mutable_basic()->set_username("u");
  if (!password.empty()) request.mutable_credential()->mutable_basic()->set_password(password);
  return request;
}

TEST(RequestFingerprintTest, NeverHoldsASecretButNoticesItsPresence) {
  const std::string fingerprint = RequestFingerprint("m", RequestWith("hunter2"));
  EXPECT_EQ(fingerprint.find("hunter2"), std::string::npos);
  EXPECT_EQ(fingerprint, RequestFingerprint("m", RequestWith("another")));
  EXPECT_NE(fingerprint, RequestFingerprint("m", RequestWith("")));
}

TEST(RequestFingerprintTest, IgnoresTheIdAndTheOrderOfMaps) {
  v1::CreateIntegrationRequest a;
  v1::CreateIntegrationRequest b;
  for (int i = 0; i < 50; ++i) {
    (*a.mutable_integration()->mutable_vars())[std::to_string(i)] = "x";
    (*b.mutable_integration()->mutable_vars())[std::to_string(49 - i)] = "x";
  }
  a.set_request_id("one");
  EXPECT_EQ(RequestFingerprint("m", a), RequestFingerprint("m", b));
  EXPECT_NE(RequestFingerprint("m", a), RequestFingerprint("n", a));
  b.set_validate_only(true);
  EXPECT_NE(RequestFingerprint("m", a), RequestFingerprint("m", b));
}

}  // namespace
}  // namespace syncline::api
