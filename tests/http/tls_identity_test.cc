#include "http/tls_identity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <mutex>
#include <set>

#include "base/status.h"
#include "tests/support/http_server.h"
#include "tests/support/loopback_transport.h"

namespace syncline::http {
namespace {

using test::CertifiedKey;
using test::HttpServer;
using test::TestAuthority;

std::shared_ptr<const TlsIdentity> Identity(const std::string& authorities,
                                            const CertifiedKey& client = {}) {
  return std::make_shared<const TlsIdentity>(authorities, client.certificate, client.key);
}

// Answers everybody and remembers the ports that the connections came from.
class PortVendor {
 public:
  explicit PortVendor(const HttpServer::Tls& tls) : server_(Handler(), tls) {}
  PortVendor() : server_(Handler()) {}

  base::Reason Ask(Transport& transport, std::shared_ptr<const TlsIdentity> identity) const {
    const Request request{.url = *Url::Parse(server_.origin()), .tls = std::move(identity)};
    const auto answer = transport.Send(request, {}, {});
    return answer.ok() ? base::Reason::kInternal : base::ReasonOf(answer.status());
  }
  bool Answers(Transport& transport, std::shared_ptr<const TlsIdentity> identity) const {
    const Request request{.url = *Url::Parse(server_.origin()), .tls = std::move(identity)};
    const auto answer = transport.Send(request, {}, {});
    EXPECT_TRUE(answer.ok()) << base::MessageOf(answer.status());
    return answer.ok();
  }
  std::size_t connections() const {
    const std::lock_guard lock(mutex_);
    return ports_.size();
  }

 private:
  HttpServer::Handler Handler() {
    return [this](const httplib::Request& request, httplib::Response& response) {
      const std::lock_guard lock(mutex_);
      ports_.insert(request.remote_port);
      response.set_content("[]", "application/json");
    };
  }
  mutable std::mutex mutex_;
  std::set<int> ports_;
  HttpServer server_;
};

TEST(TlsIdentity, APrivateAuthorityTakesThePlaceOfTheSystems) {
  TestAuthority authority("ours");
  TestAuthority other("other");
  const PortVendor vendor({.own = authority.Issue("server")});
  const auto transport = test::MakeLoopbackTransport();
  EXPECT_EQ(vendor.Ask(*transport, nullptr), base::Reason::kVendorTls);
  EXPECT_TRUE(vendor.Answers(*transport, Identity(authority.certificate())));
  EXPECT_TRUE(vendor.Answers(*transport, Identity(other.certificate() + authority.certificate())));
  EXPECT_EQ(vendor.Ask(*transport, Identity(other.certificate())), base::Reason::kVendorTls);
  EXPECT_EQ(vendor.Ask(*transport, Identity("")), base::Reason::kVendorTls);
}

TEST(TlsIdentity, AServerMayAskForTheClientsCertificate) {
  TestAuthority authority("ours");
  TestAuthority other("other");
  const PortVendor vendor(
      {.own = authority.Issue("server"), .client_authorities = authority.certificate()});
  const auto transport = test::MakeLoopbackTransport();
  const std::string trusted = authority.certificate();
  EXPECT_TRUE(vendor.Answers(*transport, Identity(trusted, authority.Issue("client"))));
  EXPECT_NE(vendor.Ask(*transport, Identity(trusted)), base::Reason::kInternal);
  EXPECT_NE(vendor.Ask(*transport, Identity(trusted, other.Issue("client"))),
            base::Reason::kInternal);
  EXPECT_NE(
      vendor.Ask(*transport, Identity(trusted, authority.Issue("client", std::chrono::hours(-1)))),
      base::Reason::kInternal);
}

// Only identities themselves are compared: two tenants may hold equal certificates.
TEST(TlsIdentity, NoTwoOfThemShareAConnection) {
  TestAuthority authority("ours");
  const CertifiedKey client = authority.Issue("client");
  const PortVendor vendor(
      {.own = authority.Issue("server"), .client_authorities = authority.certificate()});
  const auto transport = test::MakeLoopbackTransport();
  const auto one = Identity(authority.certificate(), client);
  const auto two = Identity(authority.certificate(), client);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(vendor.Answers(*transport, one));
    EXPECT_TRUE(vendor.Answers(*transport, two));
  }
  EXPECT_EQ(vendor.connections(), 2U);
  // A connection that showed a certificate is not there for those without.
  EXPECT_NE(vendor.Ask(*transport, Identity(authority.certificate())), base::Reason::kInternal);
}

TEST(TlsIdentity, KeepsTenantsApartWithoutTlsToo) {
  const PortVendor vendor;
  const auto transport = test::MakeLoopbackTransport();
  const auto tenant = Identity("");
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(vendor.Answers(*transport, tenant));
    EXPECT_TRUE(vendor.Answers(*transport, nullptr));
    EXPECT_TRUE(vendor.Answers(*transport, Identity("")));  // one after the other
  }
  EXPECT_EQ(vendor.connections(), 5U);
}

TEST(TlsIdentity, TheConnectionUnusedForTheLongestMakesRoom) {
  const PortVendor vendor;
  const auto transport = test::MakeLoopbackTransport({.idle_slots_max = 2});
  const auto a = Identity("");
  const auto b = Identity("");
  const auto c = Identity("");
  for (const auto& identity : {a, b, a, c}) EXPECT_TRUE(vendor.Answers(*transport, identity));
  EXPECT_EQ(vendor.connections(), 3U);
  EXPECT_TRUE(vendor.Answers(*transport, a));
  EXPECT_EQ(vendor.connections(), 3U);
  EXPECT_TRUE(vendor.Answers(*transport, b));
  EXPECT_EQ(vendor.connections(), 4U);
}

}  // namespace
}  // namespace syncline::http
