#include "auth/alternative.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/auth/sign_in_fixture.h"

namespace syncline::auth {
namespace {

using testing::ElementsAre;

constexpr const char* kTwoWays = R"(
  allowed_hosts: 'v.example' basic { username: 'me' password: 'one-secret' }
  alternatives { key: 'key' value { api_token { header: 'X-Key' token: 'two-secret' } } }
  alternatives { key: 'none' value { none {} } })";

TEST(PickAlternative, LeavesOneKindAndItsSecrets) {
  const struct {
    const char* name;
    v1::Credential::KindCase kind;
    std::vector<std::string> paths;
  } cases[] = {
      {"", v1::Credential::kBasic, {"basic.password"}},
      {"key", v1::Credential::kApiToken, {"api_token.token"}},
      {"none", v1::Credential::kNone, {}},
  };
  for (const auto& [name, kind, paths] : cases) {
    v1::Credential credential = ParseCredential(kTwoWays);
    SecretMap secrets = ExtractSecrets(&credential);
    secrets.emplace("tls.client_key", secret::Secret("key"));
    ASSERT_TRUE(PickAlternative(name, &credential, &secrets).ok());
    EXPECT_EQ(credential.kind_case(), kind);
    EXPECT_EQ(credential.allowed_hosts_size(), 1);
    EXPECT_TRUE(credential.alternatives().empty());
    std::vector<std::string> kept;
    for (const auto& [path, secret] : secrets) kept.push_back(path);
    std::vector<std::string> expected = paths;
    expected.emplace_back("tls.client_key");
    EXPECT_EQ(kept, expected) << name;
  }
}

TEST(PickAlternative, NamesWhatThereIs) {
  v1::Credential credential = ParseCredential(kTwoWays);
  SecretMap secrets;
  const absl::Status status = PickAlternative("other", &credential, &secrets);
  EXPECT_EQ(base::ReasonOf(status), base::Reason::kNotFound);
  EXPECT_EQ(base::MessageOf(status),
            "The credential has no alternative 'other'; it has: key, none.");
}

// TakeKind relies on it.
TEST(SignIn, HasTheKindsOfACredentialWithTheirNumbers) {
  const auto* const kinds = v1::Credential::descriptor()->FindOneofByName("kind");
  const auto* const sign_in = v1::SignIn::descriptor();
  ASSERT_EQ(sign_in->field_count(), kinds->field_count());
  for (int i = 0; i < kinds->field_count(); ++i) {
    const auto* const field = sign_in->FindFieldByName(kinds->field(i)->name());
    ASSERT_NE(field, nullptr) << kinds->field(i)->name();
    EXPECT_EQ(field->number(), kinds->field(i)->number());
    EXPECT_EQ(field->message_type(), kinds->field(i)->message_type());
  }
}

TEST(AlternativeRules, CarryTheNameInTheField) {
  EXPECT_TRUE(ValidateText(kTwoWays).ok());
  const absl::Status status = ValidateText(R"(
      allowed_hosts: 'a' none {}
      alternatives { key: 'A' value { none {} } }
      alternatives { key: 'b' value { api_token { header: 'X' } } }
      alternatives { key: 'c' value {} }
      alternatives { key: 'd' value { session { login { request { url: 'https://b/' } } } } })",
                                           {"api_token.token"});
  EXPECT_THAT(FieldsOf(status),
              ElementsAre("alternatives.A", "alternatives.b.apiToken.token", "alternatives.c.kind",
                          "alternatives.d.session.login[0].request.url"));
}

TEST(RemovedAlternatives, AreThoseThatAreGone) {
  const v1::Credential after = ParseCredential("alternatives { key: 'key' value { none {} } }");
  EXPECT_THAT(RemovedAlternatives(ParseCredential(kTwoWays), after), ElementsAre("none"));
}

TEST(CheckPickedSignIn, HoldsAnIntegrationAgainstItsCredential) {
  const v1::Credential two_ways = ParseCredential(kTwoWays);
  const v1::Credential body =
      ParseCredential("api_token { body: 'key' } alternatives { key: 'none' value { none {} } }");
  const struct {
    const v1::Credential* credential;
    const char* alternative;
    const char* request;
    const char* mistake;
  } cases[] = {
      {nullptr, "", "", ""},
      {nullptr, "key", "",
       "credentialAlternative: is set without a credential; name one in credential"},
      {&two_ways, "", "", ""},
      {&two_ways, "key", "", ""},
      {&two_ways, "kee", "",
       "credentialAlternative: the credential has no alternative \"kee\"; it has: key, none"},
      {&body, "", "form { key: 'a' value: '1' }", ""},
      {&body, "", "graphql { query: '{ a }' }", ""},
      {&body, "none", "", ""},
      {&body, "", "",
       "request.body: is required: the credential's token goes into it; give {} with method POST, "
       "or a form, or graphql"},
  };
  for (const auto& [credential, alternative, request, mistake] : cases) {
    v1::Integration integration;
    integration.set_credential_alternative(alternative);
    ASSERT_TRUE(
        google::protobuf::TextFormat::ParseFromString(request, integration.mutable_request()));
    base::FieldViolations violations;
    CheckPickedSignIn(integration, credential, &violations);
    const std::vector<std::string> mistakes = MistakesOf(violations.ToStatus());
    EXPECT_EQ(mistakes.empty() ? "" : mistakes.front(), mistake);
  }
}

}  // namespace
}  // namespace syncline::auth
