#include "auth/validate_credential.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "auth/secret_fields.h"
#include "base/status.h"
#include "syncline/v1/options.pb.h"

namespace syncline::auth {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

v1::Credential Parse(const std::string& text) {
  v1::Credential credential;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &credential)) << text;
  return credential;
}

absl::Status Validate(const std::string& text, const std::set<std::string>& stored = {}) {
  v1::Credential credential = Parse(text);
  const SecretMap given = ExtractSecrets(&credential);
  return ValidateCredential(credential, given, stored);
}

std::vector<std::string> FieldsOf(const absl::Status& status) {
  std::vector<std::string> fields;
  for (const auto& violation : base::FieldViolationsOf(status)) fields.push_back(violation.field);
  return fields;
}

TEST(ValidateCredential, AcceptsEachKind) {
  for (const char* text : {
           "none {}",
           "allowed_hosts: 'a.example' basic { username: 'me' password: '' }",
           "allowed_hosts: '127.0.0.1:8080' basic { username: 'me' }",
           "allowed_hosts: ['a', '[::1]:80', '::1'] api_token { query: 'k' token: 't' }",
           "allowed_hosts: 'a' api_token { header: 'Authorization' prefix: 'Bearer ' token: 't' }",
       }) {
    const absl::Status status = Validate(text);
    EXPECT_TRUE(status.ok()) << text << ": " << base::MessageOf(status);
  }
}

TEST(ValidateCredential, NamesEveryMistakeAtOnce) {
  const absl::Status status = Validate(
      "allowed_hosts: ['https://a', 'A', 'a/b', '*.a', 'a:', 'a:99999', 'a@b', ''] "
      "api_token { header: 'X Key' prefix: 'a\\nb' }");
  EXPECT_EQ(base::ReasonOf(status), base::Reason::kInvalidArgument);
  EXPECT_THAT(FieldsOf(status), ElementsAre("allowedHosts[0]", "allowedHosts[1]", "allowedHosts[2]",
                                            "allowedHosts[3]", "allowedHosts[4]", "allowedHosts[5]",
                                            "allowedHosts[6]", "allowedHosts[7]", "apiToken.header",
                                            "apiToken.prefix", "apiToken.token"));
}

struct MistakeCase {
  const char* text;
  const char* field;
};

TEST(ValidateCredential, NamesTheField) {
  const MistakeCase cases[] = {
      {"allowed_hosts: 'a'", "kind"},
      {"basic { username: 'me' }", "allowedHosts"},
      {"allowed_hosts: 'a' basic { username: 'a:b' }", "basic.username"},
      {"allowed_hosts: 'a' basic {}", "basic.username"},
      {"allowed_hosts: 'a' api_token { token: 't' }", "apiToken"},
      {"allowed_hosts: 'a' api_token { header: 'Host' token: 't' }", "apiToken.header"},
      {"allowed_hosts: 'a' api_token { query: '' token: 't' }", "apiToken.query"},
      {"allowed_hosts: 'a' api_token { query: 'k' token: '' }", "apiToken.token"},
      {"allowed_hosts: 'a' api_token { header: 'X' token: 'sentinel\\n' }", "apiToken.token"},
  };
  for (const auto& [text, field] : cases) {
    const absl::Status status = Validate(text);
    EXPECT_THAT(FieldsOf(status), ElementsAre(field)) << text;
    EXPECT_THAT(base::MessageOf(status), Not(HasSubstr("sentinel")));
  }
}

TEST(ValidateCredential, BoundsTheNumberOfHosts) {
  std::string text = "none {} ";
  for (int i = 0; i < 65; ++i) text += "allowed_hosts: 'a' ";
  EXPECT_THAT(FieldsOf(Validate(text)), ElementsAre("allowedHosts"));
}

TEST(ValidateCredential, AStoredTokenStays) {
  const char* const text = "allowed_hosts: 'a' api_token { header: 'X' }";
  EXPECT_THAT(FieldsOf(Validate(text)), ElementsAre("apiToken.token"));
  EXPECT_TRUE(Validate(text, {"api_token.token"}).ok());
}

TEST(SecretFields, AreFoundByTheirMark) {
  EXPECT_THAT(SecretFieldsOf(Parse("basic {}")), ElementsAre("basic.password"));
  EXPECT_THAT(SecretFieldsOf(Parse("api_token {}")), ElementsAre("api_token.token"));
  EXPECT_THAT(SecretFieldsOf(Parse("none {}")), ElementsAre());
}

TEST(SecretFields, LeaveTheCredential) {
  v1::Credential credential = Parse("basic { username: 'me' password: 'sentinel' }");
  const SecretMap secrets = ExtractSecrets(&credential);
  ASSERT_EQ(secrets.size(), 1U);
  EXPECT_EQ(secrets.at("basic.password").Reveal(), "sentinel");
  EXPECT_THAT(credential.ShortDebugString(), Not(HasSubstr("sentinel")));
  EXPECT_EQ(credential.basic().username(), "me");
  EXPECT_TRUE(ExtractSecrets(&credential).empty());
}

TEST(SecretFields, AnEmptyOneThatWasGivenIsGiven) {
  v1::Credential credential = Parse("basic { username: 'me' password: '' }");
  EXPECT_EQ(ExtractSecrets(&credential).count("basic.password"), 1U);
}

// ExtractSecrets relies on it.
TEST(SecretFields, AreSingleStringsWithPresence) {
  for (const auto* message :
       {v1::BasicAuthentication::descriptor(), v1::ApiTokenAuthentication::descriptor(),
        v1::Credential::descriptor()}) {
    for (int i = 0; i < message->field_count(); ++i) {
      const auto* const field = message->field(i);
      if (!field->options().GetExtension(v1::secret)) continue;
      EXPECT_EQ(field->cpp_type(), google::protobuf::FieldDescriptor::CPPTYPE_STRING);
      EXPECT_FALSE(field->is_repeated());
      EXPECT_TRUE(field->has_presence());
    }
  }
}

}  // namespace
}  // namespace syncline::auth
