// The guard where it counts: between libcurl and the network. A refused address gets no connection
// at all, whatever the host is called and whatever its name means from one moment to the next.
#include "http/socket_gate.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>

#include "base/status.h"
#include "tests/support/http_server.h"
#include "tests/support/loopback_transport.h"

namespace syncline::http {
namespace {

// Listens on the loopback and never answers; tells whether anybody came.
class Trap {
 public:
  Trap() : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_ANY);
    socklen_t size = sizeof(address);
    EXPECT_EQ(bind(socket_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(socket_, 8), 0);
    EXPECT_EQ(getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
  }
  ~Trap() { close(socket_); }
  Trap(const Trap&) = delete;
  Trap& operator=(const Trap&) = delete;

  int port() const { return port_; }
  // A connection stands in the queue as soon as it was made: no need to wait.
  bool Touched() const {
    const int visitor = accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
    if (visitor >= 0) close(visitor);
    return visitor >= 0;
  }

 private:
  const int socket_;
  int port_ = 0;
};

std::shared_ptr<EgressGuard> GuardAllowing(std::vector<std::string> entries) {
  EgressPolicy policy;
  for (const std::string& entry : entries) {
    policy.allowed.push_back(EgressEntry::Parse(entry).value());
  }
  return std::make_shared<EgressGuard>(std::move(policy));
}

absl::StatusOr<Response> Fetch(const std::string& url, CurlOptions options = {}) {
  return MakeCurlTransport(std::move(options))->Send({.url = Url::Parse(url).value()}, {}, {});
}

struct HostCase {
  const char* name;
  const char* host;
  std::vector<std::string> resolves_to;  // empty: as the system resolves it
};

class RefusedHost : public testing::TestWithParam<HostCase> {};

TEST_P(RefusedHost, IsNotConnectedTo) {
  const Trap trap;
  CurlOptions options;
  if (!GetParam().resolves_to.empty()) {
    options.resolve = [](const std::string&) { return GetParam().resolves_to; };
  }
  const auto outcome = Fetch(
      fmt::format("http://{}:{}/x?key=sentinel", GetParam().host, trap.port()), std::move(options));
  EXPECT_EQ(base::ReasonOf(outcome.status()), base::Reason::kAddressNotAllowed)
      << outcome.status().ToString();
  EXPECT_EQ(base::MessageOf(outcome.status()).find("sentinel"), std::string::npos);
  EXPECT_FALSE(trap.Touched());
}

INSTANTIATE_TEST_SUITE_P(
    Table, RefusedHost,
    testing::Values(HostCase{"Loopback", "127.0.0.1", {}},
                    HostCase{"LoopbackName", "localhost", {}},
                    HostCase{"OtherLoopback", "127.9.9.9", {}}, HostCase{"Zero", "0.0.0.0", {}},
                    HostCase{"Ipv6Loopback", "[::1]", {}}, HostCase{"Ipv6Zero", "[::]", {}},
                    HostCase{"Mapped", "[::ffff:127.0.0.1]", {}},
                    HostCase{"MappedInHex", "[::ffff:7f00:1]", {}},
                    HostCase{"NameOfLoopback", "vendor.example", {"127.0.0.1"}},
                    HostCase{"NameOfMapped", "vendor.example", {"::ffff:127.0.0.1"}},
                    HostCase{"NameOfPrivate", "vendor.example", {"10.0.0.1", "192.168.0.1"}},
                    HostCase{
                        "NameOfMetadata", "vendor.example", {"169.254.169.254", "fd00:ec2::254"}},
                    HostCase{"NameOfNat64", "vendor.example", {"64:ff9b::7f00:1"}},
                    HostCase{"NameOf6to4", "vendor.example", {"2002:7f00:1::1"}},
                    HostCase{"NameThatEndsInADot", "127.0.0.1.nip.example.", {"127.0.0.1"}}),
    [](const auto& test) { return test.param.name; });

// What inet_aton would read as 127.0.0.1 is no host at all (reference: M14).
TEST(SocketGate, OddSpellingsOfHostsAreNoUrls) {
  for (const char* host :
       {"2130706433", "0x7f.1", "0177.0.0.1", "127.1", "0x7f000001", "127.0.0.1x.0x1",
        "user@127.0.0.1", "127.0.0.1%00.vendor.example", "[::1%251]", "①②⑦.0.0.1"}) {
    EXPECT_EQ(base::ReasonOf(Url::Parse(fmt::format("https://{}/", host)).status()),
              base::Reason::kUrlInvalid)
        << host;
  }
}

TEST(SocketGate, ANameThatChangesItsMindGetsNoSecondConnection) {
  int asked = 0;
  std::atomic<int> served = 0;
  test::HttpServer server([&](const httplib::Request&, httplib::Response& response) {
    ++served;
    response.set_header("Connection", "close");  // so that the name is resolved again
    response.set_content("[]", "application/json");
  });
  const Trap trap;
  const std::string allowed = server.origin().substr(7);
  const auto transport = MakeCurlTransport(
      {.guard = GuardAllowing({allowed, fmt::format("127.0.0.1:{}", trap.port())}),
       .resolve = [&](const std::string&) {
         return std::vector<std::string>{++asked == 1 ? "127.0.0.1" : "127.0.0.2"};
       }});
  const std::string port = allowed.substr(allowed.rfind(':'));
  const Request request{.url = Url::Parse("http://rebind.example" + port + "/").value()};
  const auto first = transport->Send(request, {}, {});
  ASSERT_TRUE(first.ok()) << base::MessageOf(first.status());
  const auto second = transport->Send(request, {}, {});
  EXPECT_EQ(base::ReasonOf(second.status()), base::Reason::kAddressNotAllowed);
  EXPECT_EQ(base::MetadataOf(second.status()).at("address"), "127.0.0.2" + port);
  EXPECT_EQ(asked, 2);
  EXPECT_EQ(served, 1);
}

TEST(SocketGate, AKeptConnectionIsJudgedAgain) {
  std::atomic<int> served = 0;
  test::HttpServer server([&](const httplib::Request&, httplib::Response& response) {
    ++served;
    response.set_content("[]", "application/json");
  });
  const auto guard = test::MakeLoopbackGuard();
  const auto transport = MakeCurlTransport({.guard = guard, .resolve = [](const std::string&) {
                                              return std::vector<std::string>{"127.0.0.1"};
                                            }});
  const int port = Url::Parse(server.origin())->port;
  const Request request{.url = Url::Parse(fmt::format("http://vendor.example:{}/", port)).value()};
  ASSERT_TRUE(transport->Send(request, {}, {}).ok());
  ASSERT_TRUE(transport->Send(request, {}, {}).ok());
  guard->AddOwn(IpAddress::Parse("127.0.0.1").value(), port);
  const auto refused = transport->Send(request, {}, {});
  EXPECT_EQ(base::ReasonOf(refused.status()), base::Reason::kAddressNotAllowed);
  EXPECT_THAT(base::MessageOf(refused.status()), testing::HasSubstr("listens there"));
  EXPECT_EQ(served, 2);
}

TEST(SocketGate, OfSeveralAddressesTheAllowedOneIsUsed) {
  test::HttpServer server([](const httplib::Request&, httplib::Response& response) {
    response.set_content("[]", "application/json");
  });
  const int port = Url::Parse(server.origin())->port;
  const auto outcome =
      Fetch(fmt::format("http://vendor.example:{}/", port),
            {.guard = test::MakeLoopbackGuard(), .resolve = [](const std::string&) {
               return std::vector<std::string>{"127.0.0.9", "10.0.0.1", "127.0.0.1"};
             }});
  EXPECT_TRUE(outcome.ok()) << base::MessageOf(outcome.status());
}

TEST(SocketGate, ANameThatDoesNotResolveIsNotConnectedTo) {
  const auto outcome = Fetch("https://vendor.invalid/");
  EXPECT_EQ(base::ReasonOf(outcome.status()), base::Reason::kVendorUnreachable);
}

TEST(SocketGate, ProxiesOfTheEnvironmentAreNotAsked) {
  const Trap proxy;
  const std::string url = fmt::format("http://127.0.0.1:{}", proxy.port());
  for (const char* name : {"http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY"}) {
    setenv(name, url.c_str(), 1);
  }
  test::HttpServer server([](const httplib::Request&, httplib::Response& response) {
    response.set_content("[]", "application/json");
  });
  EXPECT_TRUE(Fetch(server.origin(), {.guard = test::MakeLoopbackGuard()}).ok());
  for (const char* name : {"http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY"}) {
    unsetenv(name);
  }
  EXPECT_FALSE(proxy.Touched());
}

TEST(SocketGate, TheProxyOfThePolicyGetsEverything) {
  std::string asked;
  test::HttpServer proxy([&](const httplib::Request& request, httplib::Response& response) {
    asked = request.target;
    response.set_content("[]", "application/json");
  });
  EgressPolicy policy;
  policy.proxy = proxy.origin();
  policy.plain_http = true;
  setenv("no_proxy", "*", 1);
  const auto outcome =
      Fetch("http://vendor.example/items", {.guard = std::make_shared<EgressGuard>(policy)});
  unsetenv("no_proxy");
  ASSERT_TRUE(outcome.ok()) << base::MessageOf(outcome.status());
  EXPECT_EQ(asked, "http://vendor.example/items");
}

}  // namespace
}  // namespace syncline::http
