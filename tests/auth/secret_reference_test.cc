#include "auth/secret_reference.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "auth/secret_fields.h"
#include "auth/validate_credential.h"

namespace syncline::auth {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

v1::Credential Parse(const std::string& text) {
  v1::Credential credential;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &credential)) << text;
  return credential;
}

std::vector<std::string> WrongFields(const std::string& text) {
  v1::Credential credential = Parse(text);
  const SecretMap given = ExtractSecrets(&credential);
  std::vector<std::string> fields;
  const absl::Status status = ValidateCredential(credential, given, {});
  for (const auto& violation : base::FieldViolationsOf(status)) fields.push_back(violation.field);
  return fields;
}

TEST(SecretReferenceTest, HasThreeForms) {
  const auto env = ParseSecretReference("env:SYNCLINE_SECRET_A");
  ASSERT_TRUE(env.has_value());
  EXPECT_EQ(env->source, SecretReference::Source::kEnvironment);
  EXPECT_EQ(env->place, "SYNCLINE_SECRET_A");
  EXPECT_EQ(ParseSecretReference("file:a/b")->place, "a/b");
  const auto vault = ParseSecretReference("vault:a/b#key");
  ASSERT_TRUE(vault.has_value());
  EXPECT_EQ(vault->place, "a/b");
  EXPECT_EQ(vault->key, "key");
  for (const std::string& text :
       {std::string(), std::string("env"), std::string("env:"), std::string("vault:a"),
        std::string("vault:a#"), std::string("vault:#k"), std::string("http://a"),
        std::string("file:a b"), std::string("file:a\n"), std::string("ENV:A"),
        "file:" + std::string(SecretReference::kBytesMax, 'a')}) {
    EXPECT_FALSE(ParseSecretReference(text).has_value()) << text;
  }
}

TEST(SecretReferenceTest, StandsForARequiredSecret) {
  constexpr const char* kToken = "allowed_hosts: 'a' api_token { header: 'X' } ";
  EXPECT_THAT(WrongFields(kToken), ElementsAre("apiToken.token"));
  EXPECT_THAT(WrongFields(std::string(kToken) +
                          "secret_references { key: 'apiToken.token' value: 'file:x' }"),
              IsEmpty());
}

TEST(SecretReferenceTest, NamesASecretFieldOfTheKindAndNotOneWithAValue) {
  constexpr const char* kBasic = "allowed_hosts: 'a' basic { username: 'u' password: 'p' } ";
  const auto with = [&](const std::string& path, const std::string& reference) {
    return WrongFields(std::string(kBasic) + "secret_references { key: '" + path + "' value: '" +
                       reference + "' }");
  };
  for (const char* path : {"basic.username", "apiToken.token", "basic", "password", "",
                           "basic.password.x", "basic..password", "tls.clientKey"}) {
    EXPECT_THAT(with(path, "file:x"), ElementsAre(std::string("secretReferences.") + path)) << path;
  }
  EXPECT_THAT(with("basic.password", "file:x"), ElementsAre("secretReferences.basic.password"))
      << "value and reference";
  EXPECT_THAT(with("basic.password", "https://x"),
              ElementsAre("secretReferences.basic.password", "secretReferences.basic.password"));
  std::string many = kBasic;
  for (int i = 0; i <= SecretReference::kCountMax; ++i) {
    many += "secret_references { key: 'k" + std::to_string(i) + "' value: 'file:x' }";
  }
  EXPECT_THAT(WrongFields(many), ElementsAre("secretReferences"));
}

TEST(SecretReferenceTest, PathsLeadIntoMapsAndNestedKinds) {
  const v1::Credential session = Parse(
      "session { } alternatives { key: 'backup' value { oauth2 { refresh_token { } } } } tls { }");
  EXPECT_EQ(SecretPathOf(session, "session.secrets.password"), "session.secrets.password");
  EXPECT_EQ(SecretPathOf(session, "alternatives.backup.oauth2.refreshToken.refreshToken"),
            "alternatives.backup.oauth2.refresh_token.refresh_token");
  EXPECT_EQ(SecretPathOf(session, "alternatives.backup.oauth2.clientSecret"),
            "alternatives.backup.oauth2.client_secret");
  EXPECT_EQ(SecretPathOf(session, "tls.clientKey"), "tls.client_key");
  for (const char* path : {"session.secrets", "session.secrets.", "session.secrets.a.b",
                           "alternatives.other.oauth2.clientSecret",
                           "alternatives.backup.basic.password", "session.vars.a"}) {
    EXPECT_EQ(SecretPathOf(session, path), std::nullopt) << path;
  }
}

}  // namespace
}  // namespace syncline::auth
