#include "auth/validate_credential.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <set>

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

struct RateCase {
  const char* limit;
  const char* field;  // "" = right
};

TEST(ValidateCredential, ChecksTheRateLimit) {
  const RateCase cases[] = {
      {"requests_per_second: 5", ""},
      {"requests_per_second: 0.001 burst: 10000", ""},
      {"requests_per_second: 10000 concurrent_request_count: 1000", ""},
      {"concurrent_request_count: 1", ""},
      {"", "rateLimit"},
      {"requests_per_second: 0.0009", "rateLimit.requestsPerSecond"},
      {"requests_per_second: 10000.1", "rateLimit.requestsPerSecond"},
      {"requests_per_second: -1", "rateLimit.requestsPerSecond"},
      {"requests_per_second: nan", "rateLimit.requestsPerSecond"},
      {"requests_per_second: inf", "rateLimit.requestsPerSecond"},
      {"requests_per_second: 1 burst: 10001", "rateLimit.burst"},
      {"requests_per_second: 1 burst: -1", "rateLimit.burst"},
      {"concurrent_request_count: 1 burst: 2", "rateLimit.burst"},
      {"concurrent_request_count: 1001", "rateLimit.concurrentRequestCount"},
      {"requests_per_second: 1 concurrent_request_count: -1", "rateLimit.concurrentRequestCount"},
  };
  for (const auto& [limit, field] : cases) {
    const absl::Status status = Validate(std::string("none {} rate_limit { ") + limit + " }");
    if (*field == '\0') {
      EXPECT_TRUE(status.ok()) << limit << ": " << base::MessageOf(status);
    } else {
      EXPECT_THAT(FieldsOf(status), ElementsAre(field)) << limit;
    }
  }
}

TEST(ValidateCredential, AStoredTokenStays) {
  const char* const text = "allowed_hosts: 'a' api_token { header: 'X' }";
  EXPECT_THAT(FieldsOf(Validate(text)), ElementsAre("apiToken.token"));
  EXPECT_TRUE(Validate(text, {"api_token.token"}).ok());
}

TEST(SecretFields, AreFoundByTheirMark) {
  const auto paths = [](const std::string& text) {
    std::string all;
    for (const SecretField& field : SecretFieldsOf(Parse(text))) {
      all += fmt::format("{}{} = {}", all.empty() ? "" : "; ", field.path, field.json_path);
    }
    return all;
  };
  EXPECT_EQ(paths("basic {}"),
            "basic.password = basic.password; basic.secret_username = basic.secretUsername");
  EXPECT_EQ(paths("api_token {}"), "api_token.token = apiToken.token");
  EXPECT_EQ(paths("none {}"), "");
  EXPECT_EQ(paths("aws {} tls {}"),
            "aws.secret_access_key = aws.secretAccessKey; aws.session_token = aws.sessionToken; "
            "tls.client_key = tls.clientKey");
  EXPECT_EQ(paths("none {} alternatives { key: 'my_own' value { api_token {} } }"),
            "alternatives.my_own.api_token.token = alternatives.my_own.apiToken.token");
  EXPECT_EQ(paths("session { secrets { key: 'pass_word' value: 'x' } }"),
            "session.secrets.pass_word = session.secrets.pass_word");
}

TEST(SecretFields, HaveAPlaceAsLongAsTheirKindIsThere) {
  const v1::Credential credential = Parse(R"(
      session { vars { key: 'user' value: 'me' } } tls {}
      alternatives {
        key: 'two' value { api_tokens { tokens { key: 'a' value { header: 'X' } } } } })");
  for (const char* path : {"session.secrets.password", "tls.client_key",
                           "alternatives.two.api_tokens.tokens.a.token"}) {
    EXPECT_TRUE(HasPlaceFor(credential, path)) << path;
  }
  for (const char* path :
       {"basic.password", "session.secrets", "alternatives.two.api_tokens.tokens.b.token",
        "alternatives.one.api_tokens.tokens.a.token", "session.vars.user", "tls", "", "x.y"}) {
    EXPECT_FALSE(HasPlaceFor(credential, path)) << path;
  }
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

TEST(SecretFields, LeaveMapsToo) {
  v1::Credential credential = Parse(R"(
      session { secrets { key: 'password' value: 'sentinel' } vars { key: 'user' value: 'me' } }
      alternatives { key: 'key' value { api_token { header: 'X' token: 'sentinel' } } })");
  const SecretMap secrets = ExtractSecrets(&credential);
  ASSERT_EQ(secrets.size(), 2U);
  EXPECT_EQ(secrets.at("session.secrets.password").Reveal(), "sentinel");
  EXPECT_EQ(secrets.at("alternatives.key.api_token.token").Reveal(), "sentinel");
  EXPECT_THAT(credential.ShortDebugString(), Not(HasSubstr("sentinel")));
  EXPECT_EQ(credential.session().vars().at("user"), "me");
  EXPECT_TRUE(credential.session().secrets().empty());
  EXPECT_EQ(credential.alternatives().at("key").api_token().header(), "X");
}

TEST(SecretFields, AnEmptyOneThatWasGivenIsGiven) {
  v1::Credential credential = Parse("basic { username: 'me' password: '' }");
  EXPECT_EQ(ExtractSecrets(&credential).count("basic.password"), 1U);
}

// ExtractSecrets relies on it: every message that a credential leads to is looked at.
void ExpectFindableSecrets(const google::protobuf::Descriptor* message, bool in_list,
                           std::set<const google::protobuf::Descriptor*>* seen) {
  using google::protobuf::FieldDescriptor;
  if (!seen->insert(message).second) return;
  for (int i = 0; i < message->field_count(); ++i) {
    const FieldDescriptor* const field = message->field(i);
    if (field->options().GetExtension(v1::secret)) {
      EXPECT_FALSE(in_list) << field->full_name() << ": the order would decide whose it is";
      if (field->is_map()) {
        EXPECT_EQ(field->message_type()->map_value()->cpp_type(), FieldDescriptor::CPPTYPE_STRING);
      } else {
        EXPECT_EQ(field->cpp_type(), FieldDescriptor::CPPTYPE_STRING) << field->full_name();
        EXPECT_FALSE(field->is_repeated()) << field->full_name();
        EXPECT_TRUE(field->has_presence()) << field->full_name();
      }
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
               field->message_type()->file()->package() == "syncline.v1") {
      const bool list = in_list || (field->is_repeated() && !field->is_map());
      ExpectFindableSecrets(field->message_type(), list, seen);
    }
  }
}

TEST(SecretFields, AreStringsOrMapsOfStringsAndNeverInLists) {
  std::set<const google::protobuf::Descriptor*> seen;
  ExpectFindableSecrets(v1::Credential::descriptor(), false, &seen);
  EXPECT_GT(seen.size(), 15U);
}

}  // namespace
}  // namespace syncline::auth
