#include "http/egress_guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/status.h"

namespace syncline::http {
namespace {

IpAddress Ip(std::string_view text) { return IpAddress::Parse(text).value(); }

EgressPolicy Allowing(std::initializer_list<const char*> entries) {
  EgressPolicy policy;
  for (const char* entry : entries) policy.allowed.push_back(EgressEntry::Parse(entry).value());
  return policy;
}

struct ConnectionCase {
  const char* name;
  std::vector<const char*> allowed;
  const char* address;
  int port;
  const char* scheme;
  const char* objection;  // a part of the message; "" = it may be
};

class Connection : public testing::TestWithParam<ConnectionCase> {};

TEST_P(Connection, IsJudged) {
  const ConnectionCase& row = GetParam();
  EgressPolicy policy;
  for (const char* entry : row.allowed) policy.allowed.push_back(EgressEntry::Parse(entry).value());
  const EgressGuard guard(std::move(policy));
  const Url url{.scheme = row.scheme, .host = "vendor.example"};
  const absl::Status status = guard.CheckConnection(url, Ip(row.address), row.port);
  if (*row.objection == '\0') {
    EXPECT_TRUE(status.ok()) << base::MessageOf(status);
    return;
  }
  EXPECT_EQ(base::ReasonOf(status), base::Reason::kAddressNotAllowed);
  EXPECT_THAT(base::MessageOf(status), testing::HasSubstr(row.objection));
  EXPECT_THAT(base::MessageOf(status), testing::HasSubstr("vendor.example leads to"));
  EXPECT_EQ(base::MetadataOf(status).at("address"), Ip(row.address).WithPort(row.port));
}

INSTANTIATE_TEST_SUITE_P(
    Table, Connection,
    testing::Values(
        ConnectionCase{"Global", {}, "93.184.216.34", 443, "https", ""},
        ConnectionCase{"GlobalIpv6", {}, "2606:4700::1111", 8443, "https", ""},
        ConnectionCase{"OtherPort", {}, "93.184.216.34", 5432, "https", "not port 5432"},
        ConnectionCase{"PlainHttp", {}, "93.184.216.34", 80, "http", "use https"},
        ConnectionCase{"PlainHttpOn443", {}, "93.184.216.34", 443, "http", "use https"},
        ConnectionCase{"Loopback", {}, "127.0.0.1", 443, "https", "loopback"},
        ConnectionCase{"Metadata", {}, "169.254.169.254", 443, "https", "metadata"},
        ConnectionCase{"MappedMetadata", {}, "::ffff:169.254.169.254", 443, "https", "metadata"},
        ConnectionCase{"Nat64", {}, "64:ff9b::8.8.8.8", 443, "https", "NAT64"},
        ConnectionCase{"ExactEntry", {"10.1.2.3:8080"}, "10.1.2.3", 8080, "https", ""},
        ConnectionCase{"EntryPermitsPlainHttp", {"10.1.2.3:8080"}, "10.1.2.3", 8080, "http", ""},
        ConnectionCase{"EntryCoversMapped", {"10.1.2.3:443"}, "::ffff:10.1.2.3", 443, "https", ""},
        ConnectionCase{"EntryOfOtherPort", {"10.1.2.3:8080"}, "10.1.2.3", 443, "https", "private"},
        ConnectionCase{"EntryOfNeighbour", {"10.1.2.3:443"}, "10.1.2.4", 443, "https", "private"},
        ConnectionCase{"EntryOfNetwork", {"10.1.0.0/16:443"}, "10.1.255.255", 443, "https", ""},
        ConnectionCase{
            "BesideTheNetwork", {"10.1.0.0/16:443"}, "10.2.0.0", 443, "https", "private"},
        ConnectionCase{"AnyPort", {"10.1.2.3:*"}, "10.1.2.3", 1, "https", ""},
        ConnectionCase{"Ipv6Entry", {"[fd00::7]:443"}, "fd00::7", 443, "https", ""},
        ConnectionCase{"Ipv6Network", {"[fd00::]/8:443"}, "fd12::7", 443, "https", ""},
        ConnectionCase{"EntryOfGlobalOpensItsPort",
                       {"93.184.216.34:9443"},
                       "93.184.216.34",
                       9443,
                       "https",
                       ""},
        // A translator's network is open; what lies behind it is judged by itself.
        ConnectionCase{"Nat64Entry", {"[64:ff9b::]/96:443"}, "64:ff9b::8.8.8.8", 443, "https", ""},
        ConnectionCase{"Nat64EntryToPrivate",
                       {"[64:ff9b::]/96:443"},
                       "64:ff9b::10.0.0.1",
                       443,
                       "https",
                       "private"},
        ConnectionCase{"Tunnel6to4EntryToLoopback",
                       {"[2002::]/16:443"},
                       "2002:7f00:1::",
                       443,
                       "https",
                       "loopback"}),
    [](const auto& test) { return test.param.name; });

TEST(EgressGuard, PlainHttpIsASettingAndOpensPort80) {
  EgressPolicy policy;
  policy.plain_http = true;
  const EgressGuard guard(policy);
  const Url plain{.scheme = "http", .host = "v.example"};
  const Url tls{.scheme = "https", .host = "v.example"};
  EXPECT_TRUE(guard.CheckConnection(plain, Ip("8.8.8.8"), 80).ok());
  EXPECT_TRUE(guard.CheckConnection(plain, Ip("8.8.8.8"), 8443).ok());
  EXPECT_FALSE(guard.CheckConnection(plain, Ip("8.8.8.8"), 8080).ok());
  EXPECT_FALSE(guard.CheckConnection(tls, Ip("8.8.8.8"), 80).ok());
  EXPECT_FALSE(guard.CheckConnection(plain, Ip("10.0.0.1"), 80).ok());
}

TEST(EgressGuard, ItsOwnAddressesAreRefusedWhateverIsAllowed) {
  EgressGuard guard(Allowing({"127.0.0.1:*", "[::1]:8470"}));
  const Url url{.scheme = "http", .host = "v.example"};
  EXPECT_TRUE(guard.CheckConnection(url, Ip("127.0.0.1"), 8470).ok());
  guard.AddOwn(Ip("127.0.0.1"), 8470);
  EXPECT_FALSE(guard.CheckConnection(url, Ip("127.0.0.1"), 8470).ok());
  EXPECT_FALSE(guard.CheckConnection(url, Ip("::ffff:127.0.0.1"), 8470).ok());
  EXPECT_TRUE(guard.CheckConnection(url, Ip("127.0.0.1"), 8471).ok());
  EXPECT_TRUE(guard.CheckConnection(url, Ip("::1"), 8470).ok());
  guard.AddOwn(Ip("0.0.0.0"), 8470);  // on every address of the machine
  EXPECT_FALSE(guard.CheckConnection(url, Ip("::1"), 8470).ok());
}

TEST(EgressGuard, KeepsABoundedNumberOfOwnAddresses) {
  EgressGuard guard(Allowing({"127.0.0.1:*"}));
  for (int port = 1; port <= 1'000; ++port) guard.AddOwn(Ip("127.0.0.1"), port);
  const Url url{.scheme = "http", .host = "v.example"};
  EXPECT_FALSE(guard.CheckConnection(url, Ip("127.0.0.1"), EgressGuard::kOwnCountMax).ok());
  EXPECT_TRUE(guard.CheckConnection(url, Ip("127.0.0.1"), EgressGuard::kOwnCountMax + 1).ok());
}

TEST(EgressGuard, AHostThatIsAnAddressIsJudgedBeforeASocketExists) {
  const EgressGuard guard;
  EXPECT_TRUE(guard.CheckUrl(*Url::Parse("https://vendor.example/")).ok());
  EXPECT_TRUE(guard.CheckUrl(*Url::Parse("https://8.8.8.8/")).ok());
  for (const char* url : {"https://127.0.0.1/", "https://[::1]/", "https://[::ffff:10.0.0.1]/",
                          "https://169.254.169.254/latest/", "https://[64:ff9b::7f00:1]/"}) {
    const absl::Status status = guard.CheckUrl(*Url::Parse(url));
    EXPECT_EQ(base::ReasonOf(status), base::Reason::kAddressNotAllowed) << url;
  }
}

TEST(EgressGuard, BehindAProxyItJudgesWhatItCanSee) {
  EgressPolicy policy;
  policy.proxy = "http://10.0.0.9:3128";
  const EgressGuard guard(policy);
  // The proxy itself is where the socket leads.
  EXPECT_TRUE(guard.CheckConnection(*Url::Parse("https://v.example/"), Ip("10.0.0.9"), 3128).ok());
  EXPECT_TRUE(guard.CheckUrl(*Url::Parse("https://v.example/")).ok());
  for (const char* url : {"https://127.0.0.1/", "https://localhost/", "https://a.localhost./",
                          "https://10.0.0.9:3128/", "http://v.example/", "https://v.example:25/"}) {
    EXPECT_FALSE(guard.CheckUrl(*Url::Parse(url)).ok()) << url;
  }
}

TEST(EgressGuard, TheOpenOneRefusesNothing) {
  const auto guard = EgressGuard::MakeOpen();
  const Url url = *Url::Parse("http://127.0.0.1:1/");
  EXPECT_TRUE(guard->CheckUrl(url).ok());
  EXPECT_TRUE(guard->CheckConnection(url, Ip("127.0.0.1"), 1).ok());
}

}  // namespace
}  // namespace syncline::http
