#include <gmock/gmock.h>

#include "base/status.h"
#include "credential/credential_opener.h"
#include "credential/environment_secret_source.h"
#include "secret/envelope_sealer.h"
#include "secret/keyring.h"
#include "store/credential_store.h"
#include "tests/support/migrated_database.h"

namespace syncline::credential {
namespace {

using base::Reason;
using store::Transaction;
using ::testing::HasSubstr;

class CredentialOpenerTest : public test::MigratedDatabaseTest {
 protected:
  void SetUp() override {
    test::MigratedDatabaseTest::SetUp();
    variables_.emplace("SYNCLINE_SECRET_TOKEN", secret::Secret("referred"));
    variables_.emplace("SYNCLINE_SECRET_BREAK", secret::Secret("two\nlines"));
    sources_.Add(SecretSources::Source::kEnvironment,
                 std::make_unique<EnvironmentSecretSource>(variables_, "SYNCLINE_SECRET_"));
  }
  void Insert(const std::string& reference) {
    v1::Credential credential;
    credential.add_allowed_hosts("127.0.0.1");
    credential.mutable_api_token()->set_header("Authorization");
    (*credential.mutable_secret_references())["apiToken.token"] = reference;
    const absl::Status status = database().RunTransaction([&](Transaction& transaction) {
      return store::InsertCredential(transaction, {"default", "vendor"}, credential).status();
    });
    ASSERT_TRUE(status.ok()) << status;
  }
  absl::StatusOr<OpenCredential> Open() {
    return CredentialOpener(database(), vault_, sources_).Open({"default", "vendor"});
  }

  EnvironmentSecretSource::Variables variables_;
  SecretSources sources_;
  const secret::Keyring keyring_ =
      *secret::Keyring::Parse("one AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n");
  secret::EnvelopeSealer sealer_{keyring_};
  CredentialVault vault_{sealer_};
};

TEST_F(CredentialOpenerTest, ReferencesAreReadWhenItOpensAndNeverStored) {
  Insert("env:SYNCLINE_SECRET_TOKEN");
  const auto open = Open();
  ASSERT_TRUE(open.ok()) << open.status();
  EXPECT_EQ(open->secrets.at("api_token.token").Reveal(), "referred");
  EXPECT_EQ(migrated_->Query("SELECT count(*) FROM syncline.credential_secret"), "0");
  EXPECT_EQ(migrated_->Query("SELECT count(*) FROM syncline.credential WHERE spec::text LIKE "
                             "'%referred%'"),
            "0");
  variables_.erase("SYNCLINE_SECRET_TOKEN");
  variables_.emplace("SYNCLINE_SECRET_TOKEN", secret::Secret("exchanged"));
  EXPECT_EQ(Open()->secrets.at("api_token.token").Reveal(), "exchanged");
}

TEST_F(CredentialOpenerTest, WhatCannotBeReadNamesFieldAndReference) {
  Insert("env:SYNCLINE_SECRET_ABSENT");
  const absl::Status absent = Open().status();
  EXPECT_EQ(base::ReasonOf(absent), Reason::kSecretUnavailable);
  EXPECT_THAT(base::MessageOf(absent), HasSubstr("apiToken.token, env:SYNCLINE_SECRET_ABSENT"));
  EXPECT_EQ(base::MetadataOf(absent)["field"], "apiToken.token");
}

TEST_F(CredentialOpenerTest, WhatCouldNotBeSavedAsAValueIsRefused) {
  Insert("env:SYNCLINE_SECRET_BREAK");
  const absl::Status broken = Open().status();
  EXPECT_EQ(base::ReasonOf(broken), Reason::kSecretUnavailable);
  EXPECT_THAT(base::MessageOf(broken), HasSubstr("control character"));
  EXPECT_THAT(base::MessageOf(broken), Not(HasSubstr("two")));
}

TEST_F(CredentialOpenerTest, AStoredReferenceCannotReachFurtherThanTheOperatorAllows) {
  Insert("env:PATH");
  EXPECT_EQ(base::ReasonOf(Open().status()), Reason::kSecretUnavailable);
}

TEST_F(CredentialOpenerTest, AnAbsentCredentialIsNotFound) {
  EXPECT_EQ(base::ReasonOf(Open().status()), Reason::kNotFound);
}

}  // namespace
}  // namespace syncline::credential
