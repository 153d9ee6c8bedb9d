#include "api/credential_change.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>

namespace syncline::api {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

v1::Credential Parse(const std::string& text) {
  v1::Credential credential;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &credential)) << text;
  return credential;
}

// `after` is what the fields of the mask were written over already.
CredentialChange Change(const std::string& before, const std::string& after,
                        const std::string& path = "*") {
  v1::UpdateCredentialRequest request;
  request.mutable_update_mask()->add_paths(path);
  *request.mutable_credential() = Parse(after);
  return MakeCredentialChange(request, request.credential(), Parse(before));
}

constexpr const char* kBasic = "allowed_hosts: 'a.example' basic { username: 'u' } ";

TEST(CredentialChangeTest, SecretPartsComeOutOfWhatIsStored) {
  const CredentialChange change =
      Change(kBasic, "allowed_hosts: 'a.example' basic { username: 'u' password: 'p' }");
  EXPECT_EQ(change.given.at("basic.password").Reveal(), "p");
  EXPECT_FALSE(change.credential.basic().has_password());
}

TEST(CredentialChangeTest, WhatAReferenceStandsForGoes) {
  const CredentialChange change = Change(
      kBasic, std::string(kBasic) +
                  "secret_references { key: 'basic.password' value: 'env:SYNCLINE_SECRET_A' }");
  EXPECT_TRUE(change.changes_references);
  EXPECT_THAT(change.GoneOf({"basic.password"}), ElementsAre("basic.password"));
  EXPECT_THAT(change.GoneOf({}), IsEmpty());
}

TEST(CredentialChangeTest, AKindTakesItsSecretPartsAlongAndLeavesThoseBeside) {
  const std::string beside =
      "alternatives { key: 'old' value { basic { username: 'u' } } } tls { ca_certificates: 'x' } ";
  const std::set<std::string> stored = {"basic.password", "alternatives.old.basic.password",
                                        "tls.client_key"};
  EXPECT_THAT(Change(kBasic + beside, kBasic + beside).GoneOf(stored), IsEmpty());
  EXPECT_THAT(
      Change(kBasic + beside, "allowed_hosts: 'a.example' none {} " + beside).GoneOf(stored),
      ElementsAre("basic.password"));
}

}  // namespace
}  // namespace syncline::api
