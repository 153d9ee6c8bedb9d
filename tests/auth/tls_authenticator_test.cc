#include "auth/tls_authenticator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include "auth/credential_end.h"
#include "auth/tls_transport.h"
#include "base/clock.h"
#include "tests/auth/sign_in_fixture.h"
#include "tests/support/http_server.h"
#include "tests/support/loopback_transport.h"

namespace syncline::auth {
namespace {

using std::chrono::hours;
using test::CertifiedKey;
using testing::ElementsAre;
using testing::StartsWith;

const base::Time kNow = base::SystemClock().Now();

std::string Pem(const std::string& text) {
  std::string escaped;
  for (const char c : text) escaped += c == '\n' ? "\\n" : std::string(1, c);
  return "'" + escaped + "'";
}

std::string Tls(const std::string& authorities, const CertifiedKey& client) {
  std::string text = "tls { ";
  if (!authorities.empty()) text += "ca_certificates: " + Pem(authorities);
  if (!client.certificate.empty()) text += " client_certificate: " + Pem(client.certificate);
  if (!client.key.empty()) text += " client_key: " + Pem(client.key);
  return text + " }";
}

TEST(TlsRules, NameTheField) {
  test::TestAuthority authority("ours");
  const CertifiedKey client = authority.Issue("client");
  const CertifiedKey other = authority.Issue("other");
  const CertifiedKey ended = authority.Issue("ended", hours(-24));
  const struct {
    std::string tls;
    const char* mistake;  // "" = none
  } cases[] = {
      {Tls(authority.certificate(), {}), ""},
      {Tls(authority.certificate(), client), ""},
      {Tls("", {client.certificate + authority.certificate(), client.key}), ""},
      {Tls("", {}), "tls: set caCertificates"},
      {Tls("sentinel", {}), "tls.caCertificates: is no certificate in PEM"},
      {Tls(client.key, {}), "tls.caCertificates: holds a private key"},
      {Tls(ended.certificate, {}), "tls.caCertificates: ended on "},
      {Tls("", {client.certificate, ""}), "tls.clientKey: is required"},
      {Tls("", {"", client.key}), "tls.clientCertificate: is required beside clientKey"},
      {Tls("", {client.certificate, other.key}), "tls.clientKey: is not the key of the first"},
      {Tls("", {client.certificate, "sentinel"}), "tls.clientKey: is no private key"},
      {Tls("", ended), "tls.clientCertificate: ended on "},
      {Tls("", {std::string(65537, 'x'), client.key}),
       "tls.clientCertificate: is longer than 65536"},
  };
  for (const auto& [tls, mistake] : cases) {
    const absl::Status status = ValidateText("allowed_hosts: 'a' none {} " + tls, {}, kNow);
    if (*mistake == '\0') {
      EXPECT_TRUE(status.ok()) << base::MessageOf(status);
    } else {
      EXPECT_THAT(MistakesOf(status), ElementsAre(StartsWith(mistake)));
    }
  }
  EXPECT_THAT(FieldsOf(ValidateText("none {} " + Tls("", client), {}, kNow)),
              ElementsAre("allowedHosts"));
}

TEST(CredentialEnd, IsReadFromTheCertificateAndFollowsIt) {
  test::TestAuthority authority("ours");
  const auto with = [&](hours lifetime) {
    return ParseCredential("none {} " + Tls("", authority.Issue("client", lifetime)));
  };
  v1::Credential one = with(hours(10));
  const auto end = CertificateEnd(one);
  ASSERT_TRUE(end.has_value());
  EXPECT_LE(std::chrono::abs(*end - (kNow + hours(10))), std::chrono::minutes(5));
  v1::Credential shown = one;
  ShowExpireTime(&shown);
  EXPECT_EQ(shown.expire_time().seconds(), end->time_since_epoch().count());
  // Somebody reads it, gives it another certificate and writes all of it back.
  v1::Credential renewed = with(hours(20));
  *renewed.mutable_expire_time() = shown.expire_time();
  ForgetShownExpireTime(one, &renewed);
  EXPECT_FALSE(renewed.has_expire_time());
  renewed.mutable_expire_time()->set_seconds(4'000'000'000);  // set by hand: stays
  ForgetShownExpireTime(one, &renewed);
  ShowExpireTime(&renewed);
  EXPECT_EQ(renewed.expire_time().seconds(), 4'000'000'000);
}

// Login and list of a vendor that turns everybody without a certificate away.
TEST(TlsAuthenticator, ShowsTheCertificateAtLoginAndList) {
  test::TestAuthority authority("ours");
  const test::HttpServer server(
      [](const httplib::Request& request, httplib::Response& response) {
        response.set_content(
            request.path == "/login" ? R"({"token":"t0ken"})" : request.get_header_value("X-Token"),
            "application/json");
      },
      {.own = authority.Issue("server"), .client_authorities = authority.certificate()});
  const auto transport = test::MakeLoopbackTransport();
  test::FakeClock clock;
  base::SeededRandom random(1);
  const std::string text = "allowed_hosts: '127.0.0.1' session { login { request { url: '" +
                           server.origin() +
                           "/login' } capture { key: 'token' value: 'response.token' } } "
                           "headers { key: 'X-Token' value: '{{session.token}}' } } ";
  const auto ask = [&](const std::string& tls, const std::string& url) {
    v1::Credential credential = ParseCredential(text + tls);
    const SecretMap secrets = ExtractSecrets(&credential);
    const auto authenticator = MakeAuthenticator(
        credential, secrets, {.transport = *transport, .clock = clock, .random = random});
    http::Request request = RequestOf(url);
    const absl::Status applied = (*authenticator)->Apply(request, {});
    if (!applied.ok()) return std::string(base::ReasonName(base::ReasonOf(applied)));
    const auto answer = transport->Send(request, {}, {});
    return answer.ok() ? answer->body : base::MessageOf(answer.status());
  };
  const std::string list = server.origin() + "/list";
  EXPECT_EQ(ask(Tls(authority.certificate(), authority.Issue("client")), list), "t0ken");
  EXPECT_EQ(ask(Tls(authority.certificate(), authority.Issue("client")), "https://b.example/"),
            "HOST_NOT_ALLOWED");
  EXPECT_EQ(ask("", list), "VENDOR_TLS");
  EXPECT_NE(ask(Tls(authority.certificate(), {}), list), "t0ken");
}

// Even where nothing of TLS is set, no two runs share connections.
TEST(TlsAuthenticator, GivesEveryRunConnectionsOfItsOwn) {
  ScriptedVendor vendor;
  const char* const text = "allowed_hosts: 'a.example' basic { username: 'me' }";
  const auto one = vendor.Make(text);
  const auto two = vendor.Make(text);
  http::Request requests[3] = {RequestOf("https://a.example/"), RequestOf("https://a.example/"),
                               RequestOf("https://a.example/")};
  ASSERT_TRUE(one->Apply(requests[0], {}).ok());
  ASSERT_TRUE(one->Apply(requests[1], {}).ok());
  ASSERT_TRUE(two->Apply(requests[2], {}).ok());
  EXPECT_EQ(requests[0].tls, requests[1].tls);
  EXPECT_NE(requests[0].tls, requests[2].tls);
}

}  // namespace
}  // namespace syncline::auth
