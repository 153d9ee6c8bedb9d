#include "auth/secret_destination.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>

#include <set>

#include "auth/secret_fields.h"

namespace syncline::auth {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

v1::Credential Parse(const std::string& text) {
  v1::Credential credential;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &credential)) << text;
  return credential;
}

// One kind with all of its fields set, a secret of it, and what one change of a field means.
struct Row {
  std::string name;
  std::string before;
  std::string after;
  std::vector<std::string> moves;  // below the kind; empty = the secret stays
};

struct Kind {
  std::string path;  // of the secret, and of the kind in front of it
  std::string json;  // of the kind
  std::vector<Row> rows;
};

std::vector<Kind> Kinds() {
  const std::string login =
      "login { request { method: METHOD_POST url: 'https://a.example/login' headers { key: 'X' "
      "value: 'y' } body { string_value: '{{secrets.pin}}' } } capture { key: 't' value: "
      "'response.t' } } ";
  const std::string logout = "logout { url: 'https://a.example/logout' } ";
  const std::string vars = "vars { key: 'tenant' value: 'ours' } ";
  const auto session = [](const std::string& rest) { return "session { " + rest + " }"; };
  const auto oauth2 = [](const std::string& rest) { return "oauth2 { " + rest + " }"; };
  return {
      {"session.secrets.pin",
       "session",
       {
           {"nothing", session(login + logout + vars), session(login + logout + vars), {}},
           {"a login URL",
            session(login),
            session("login { request { url: 'https://b' } }"),
            {"login"}},
           {"a body",
            session(login),
            session("login { request { method: METHOD_POST url: 'https://a.example/login' headers "
                    "{ key: 'X' value: 'y' } body { string_value: 'x{{secrets.pin}}' } } capture { "
                    "key: 't' value: 'response.t' } }"),
            {"login"}},
           {"a further step", session(login), session(login + login), {"login"}},
           {"a logout", session(login + logout), session(login), {"logout"}},
           {"another logout",
            session(login + logout),
            session(login + "logout { url: 'https://a.example/{{secrets.pin}}' }"),
            {"logout"}},
           {"vars",
            session(login + vars),
            session(login + "vars { key: 'tenant' value: 'mine' }"),
            {"vars"}},
           {"several",
            session(login + vars),
            session(login + login + logout),
            {"vars", "login", "logout"}},
           {"what pages get",
            session(login),
            session(login + "headers { key: 'A' value: 'x' } query { key: 'q' value: 'x' } cookies "
                            "{ key: 'c' value: 'x' } ignore_cookies: true lifetime { seconds: 9 } "
                            "expired_statuses: 401"),
            {}},
       }},
      {"oauth2.client_secret",
       "oauth2",
       {
           {"token URL",
            oauth2("token_url: 'https://a/t'"),
            oauth2("token_url: 'https://a/u'"),
            {"tokenUrl"}},
           {"issuer", oauth2("issuer: 'https://a'"), oauth2("issuer: 'https://b'"), {"issuer"}},
           {"revocation URL",
            oauth2(""),
            oauth2("revocation_url: 'https://a/r'"),
            {"revocationUrl"}},
           {"vars", oauth2(vars), oauth2("vars { key: 'tenant' value: 'mine' }"), {"vars"}},
           {"authorization URL",
            oauth2("authorization_code { authorization_url: 'https://a/a' }"),
            oauth2("authorization_code { authorization_url: 'https://a/b' }"),
            {"authorizationCode"}},
           {"device authorization URL",
            oauth2("device_code { device_authorization_url: 'https://a/a' }"),
            oauth2("device_code { device_authorization_url: 'https://a/b' }"),
            {"deviceCode"}},
           {"another grant",
            oauth2("client_credentials {}"),
            oauth2("device_code {}"),
            {"clientCredentials", "deviceCode"}},
           {"a token from elsewhere",
            oauth2("client_credentials {}"),
            oauth2("refresh_token {}"),
            {"clientCredentials", "refreshToken"}},
           {"parameters of a consent",
            oauth2("authorization_code {}"),
            oauth2("authorization_code { parameters { key: 'p' value: 'x' } disable_pkce: true }"),
            {}},
           {"a user's name",
            oauth2("password { username: 'a' }"),
            oauth2("password { username: 'b' }"),
            {}},
           {"an assertion",
            oauth2("jwt_bearer { key { key_id: '1' } issuer: 'a' }"),
            oauth2("jwt_bearer { key { key_id: '2' } issuer: 'b' subject: 's' audience: 'x' claims "
                   "{ key: 'c' value: 'd' } lifetime { seconds: 60 } }"),
            {}},
           {"what is asked for",
            oauth2(""),
            oauth2("client_id: 'c' client_authentication: CLIENT_AUTHENTICATION_BODY client_key { "
                   "key_id: 'k' } scopes: 's' scope_separator: ',' audience: 'a' resources: 'r' "
                   "parameters { key: 'p' value: 'x' } headers { key: 'h' value: 'x' } "
                   "body_format: BODY_FORMAT_JSON response { access_token: 'x' } lifetime { "
                   "seconds: 9 } placement { query: 'q' } client_assertion_audience: 'x'"),
            {}},
       }},
      {"aws.session_token",
       "aws",
       {
           {"another STS",
            "aws { sts_url: 'https://a' }",
            "aws { sts_url: 'https://b' }",
            {"stsUrl"}},
           {"the region names the STS",
            "aws { region: 'eu-west-1' }",
            "aws { region: 'us-west-2' }",
            {"stsUrl"}},
           {"a region beside a given STS",
            "aws { sts_url: 'https://a' region: 'eu-west-1' }",
            "aws { sts_url: 'https://a' region: 'us-west-2' }",
            {}},
           {"the same STS, written out",
            "aws { region: 'eu-west-1' }",
            "aws { region: 'eu-west-1' sts_url: 'https://sts.eu-west-1.amazonaws.com' }",
            {}},
           {"who signs for what",
            "aws { access_key_id: 'A' }",
            "aws { access_key_id: 'B' service: 's3' role_chain { arn: 'x' } roles { arn: 'y' } "
            "include_own_account: true }",
            {}},
       }},
      {"api_token.token",
       "apiToken",
       {
           {"another header", "api_token { header: 'A' }", "api_token { header: 'B' }", {"header"}},
           {"a cookie",
            "api_token { query: 'A' }",
            "api_token { cookie: 'A' }",
            {"query", "cookie"}},
           {"another place",
            "api_token { header: 'A' }",
            "api_token { body: 'comment' }",
            {"header", "body"}},
           {"a prefix",
            "api_token { header: 'A' }",
            "api_token { header: 'A' prefix: 'Bearer ' }",
            {}},
       }},
      {"api_tokens.tokens.one.token",
       "apiTokens.tokens.one",
       {
           {"its own place",
            "api_tokens { tokens { key: 'one' value { header: 'A' } } }",
            "api_tokens { tokens { key: 'one' value { query: 'A' } } }",
            {"header", "query"}},
           {"that of another",
            "api_tokens { tokens { key: 'one' value { header: 'A' } } }",
            "api_tokens { tokens { key: 'one' value { header: 'A' } } tokens { key: 'two' value { "
            "query: 'q' } } }",
            {}},
       }},
      {"basic.password",
       "basic",
       {{"a user's name", "basic { username: 'a' }", "basic { username: 'b' }", {}}}},
      {"hmac.key",
       "hmac",
       {{"a template",
         "hmac { string_to_sign: '{{request.path}}' }",
         "hmac { string_to_sign: 'x' headers { key: 'X' value: '{{signature}}' } vars { key: 'v' "
         "value: 'w' } algorithm: ALGORITHM_SHA1 }",
         {}}}},
      {"jwt.key.private_key",
       "jwt",
       {{"claims and place",
         "jwt { header: 'A' }",
         "jwt { header: 'B' prefix: 'x' claims { fields { key: 'sub' value { string_value: 'x' } } "
         "} }",
         {}}}},
  };
}

constexpr const char* kHosts = "allowed_hosts: 'a.example' ";

TEST(SecretDestinationTest, OfEveryKindAndEveryAlternative) {
  for (const Kind& kind : Kinds()) {
    for (const Row& row : kind.rows) {
      SCOPED_TRACE(kind.json + ": " + row.name);
      const auto expected = [&](const std::string& prefix) {
        std::vector<std::string> fields;
        for (const std::string& field : row.moves) {
          fields.push_back(prefix + kind.json + "." + field);
        }
        return fields;
      };
      EXPECT_EQ(SecretMoves(Parse(kHosts + row.before), Parse(kHosts + row.after), kind.path),
                expected(""));
      const auto beside = [](const std::string& sign_in) {
        return Parse(std::string(kHosts) + "none {} alternatives { key: 'old' value { " + sign_in +
                     " } }");
      };
      EXPECT_EQ(SecretMoves(beside(row.before), beside(row.after), "alternatives.old." + kind.path),
                expected("alternatives.old."));
    }
  }
}

TEST(SecretDestinationTest, HostsAndTheirAuthoritiesCountForAll) {
  const auto moves = [](const std::string& before, const std::string& after) {
    const std::string kinds =
        "basic { username: 'u' } alternatives { key: 'old' value { api_token { header: 'A' } } } ";
    std::set<std::vector<std::string>> of_all;
    for (const char* const path :
         {"basic.password", "alternatives.old.api_token.token", "tls.client_key"}) {
      of_all.insert(SecretMoves(Parse(kinds + before), Parse(kinds + after), path));
    }
    EXPECT_EQ(of_all.size(), 1U) << "alike for all";
    return *of_all.begin();
  };
  EXPECT_THAT(moves("allowed_hosts: 'a'", "allowed_hosts: 'b'"), ElementsAre("allowedHosts"));
  EXPECT_THAT(moves("allowed_hosts: 'a'", "allowed_hosts: 'a' allowed_hosts: 'b'"),
              ElementsAre("allowedHosts"));
  EXPECT_THAT(
      moves("allowed_hosts: 'a' allowed_hosts: 'b'", "allowed_hosts: 'b' allowed_hosts: 'a'"),
      IsEmpty())
      << "the order says nothing";
  EXPECT_THAT(moves("tls { ca_certificates: 'a' }", "tls { ca_certificates: 'b' }"),
              ElementsAre("tls.caCertificates"));
  EXPECT_THAT(moves("tls { client_certificate: 'a' }", "tls { client_certificate: 'b' }"),
              IsEmpty());
}

TEST(SecretDestinationTest, AnotherKindOrAlternativeIsNotTheSame) {
  EXPECT_THAT(SecretMoves(Parse("basic {}"), Parse("none {}"), "basic.password"),
              ElementsAre("none", "basic"));
  EXPECT_THAT(
      SecretMoves(Parse("none {}"), Parse("none {} alternatives { key: 'a' value { basic {} } }"),
                  "alternatives.a.basic.password"),
      ElementsAre("alternatives.a.basic"));
  const auto alternative = [](const std::string& name) {
    return Parse("none {} alternatives { key: '" + name + "' value { basic {} } }");
  };
  EXPECT_THAT(SecretMoves(alternative("a"), alternative("b"), "alternatives.a.basic.password"),
              ElementsAre("alternatives.a.basic"));
}

// One sign-in's change costs the others nothing.
TEST(SecretDestinationTest, EachSignInCountsForItself) {
  const auto with_login = [](const std::string& url) {
    return Parse(
        "basic { username: 'u' } alternatives { key: 'old' value { session { login { "
        "request { url: '" +
        url + "' } } } } }");
  };
  const auto before = with_login("https://a");
  const auto after = with_login("https://b");
  EXPECT_THAT(SecretMoves(before, after, "basic.password"), IsEmpty());
  EXPECT_THAT(SecretMoves(before, after, "alternatives.old.session.secrets.pin"),
              ElementsAre("alternatives.old.session.login"));
}

TEST(SecretDestinationTest, TokensMoveWithTheirOAuth2SignIn) {
  const auto with = [](const std::string& own, const std::string& other) {
    return Parse(own + " alternatives { key: 'old' value { " + other + " } }");
  };
  const std::string at_a = "oauth2 { token_url: 'https://a' client_credentials {} }";
  const std::string at_b = "oauth2 { token_url: 'https://b' client_credentials {} }";
  EXPECT_FALSE(MovesTokens(with(at_a, at_a), with(at_a, at_a)));
  EXPECT_TRUE(MovesTokens(with(at_a, "none {}"), with(at_b, "none {}")));
  EXPECT_TRUE(MovesTokens(with("none {}", at_a), with("none {}", at_b)));
  EXPECT_TRUE(MovesTokens(with("none {}", at_a), Parse("none {}")));
  EXPECT_FALSE(MovesTokens(with("basic {}", "none {}"), with("none {}", "none {}")));
}

// A field nobody has thought about counts: each field of every kind has a row above, or its secret
// moves when the field is set.
TEST(SecretDestinationTest, OfEveryFieldItIsKnownWhetherItCounts) {
  std::set<std::string> seen;
  for (const Kind& kind : Kinds()) {
    for (const Row& row : kind.rows) {
      for (const std::string& text : {row.before, row.after}) {
        const v1::Credential credential = Parse(text);
        const auto* const oneof = v1::Credential::descriptor()->FindOneofByName("kind");
        const auto* const field =
            credential.GetReflection()->GetOneofFieldDescriptor(credential, oneof);
        const auto& message = credential.GetReflection()->GetMessage(credential, field);
        std::vector<const google::protobuf::FieldDescriptor*> fields;
        message.GetReflection()->ListFields(message, &fields);
        for (const auto* const set : fields) seen.insert(set->full_name());
      }
    }
  }
  const auto* const oneof = v1::SignIn::descriptor()->FindOneofByName("kind");
  for (int k = 0; k < oneof->field_count(); ++k) {
    const auto* const kind = oneof->field(k)->message_type();
    for (int i = 0; i < kind->field_count(); ++i) {
      const auto* const field = kind->field(i);
      if (field->options().GetExtension(v1::secret) || seen.contains(field->full_name())) continue;
      // Kinds whose keys are never sent are free as a whole.
      if (kind == v1::JwtAuthentication::descriptor()) continue;
      if (kind == v1::HmacAuthentication::descriptor()) continue;
      ADD_FAILURE() << field->full_name() << " has no row";
    }
  }
}

}  // namespace
}  // namespace syncline::auth
