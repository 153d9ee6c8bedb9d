#include "http/ip_address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/un.h>

namespace syncline::http {
namespace {

TEST(IpAddress, ReadsWhatItWrites) {
  for (const char* text : {"0.0.0.0", "192.0.2.1", "255.255.255.255", "::", "::1", "2001:db8::1",
                           "fe80::1:2:3:4", "64:ff9b::7f00:1"}) {
    const auto address = IpAddress::Parse(text);
    ASSERT_TRUE(address.has_value()) << text;
    EXPECT_EQ(address->ToString(), text);
  }
}

// What resolvers take for an address and what only looks like one.
TEST(IpAddress, KnowsOnlyTheTwoSpellings) {
  for (const char* text :
       {"", "1", "127.1", "2130706433", "0x7f.1", "0x7f000001", "127.0.0.1.", "127.0.0.01",
        "0177.0.0.1", " 127.0.0.1", "127.0.0.256", "[::1]", "::1%1", "::1%lo", "1.2.3.4.5",
        ":::", "12345::", "localhost", "１２７.0.0.1"}) {
    EXPECT_FALSE(IpAddress::Parse(text).has_value()) << text;
  }
  EXPECT_FALSE(IpAddress::Parse(std::string_view("127.0.0.1\0", 10)).has_value());
}

TEST(IpAddress, AMappedAddressIsTheIpv4Address) {
  for (const char* text : {"::ffff:127.0.0.1", "::ffff:7f00:1", "0:0:0:0:0:FFFF:7F00:0001"}) {
    EXPECT_EQ(IpAddress::Parse(text), IpAddress::Parse("127.0.0.1")) << text;
  }
  EXPECT_FALSE(IpAddress::Parse("::fffe:7f00:1")->is_ipv4());
}

TEST(IpAddress, OfSocketsOfTheInternetOnly) {
  sockaddr_in6 ipv6{};
  ipv6.sin6_family = AF_INET6;
  inet_pton(AF_INET6, "::ffff:10.0.0.1", &ipv6.sin6_addr);
  EXPECT_EQ(IpAddress::FromSocketAddress(reinterpret_cast<const sockaddr&>(ipv6)),
            IpAddress::Parse("10.0.0.1"));
  sockaddr_un local{};
  local.sun_family = AF_UNIX;
  EXPECT_FALSE(IpAddress::FromSocketAddress(reinterpret_cast<const sockaddr&>(local)).has_value());
}

TEST(IpAddress, IsWrittenWithItsPort) {
  EXPECT_EQ(IpAddress::Parse("192.0.2.1")->WithPort(443), "192.0.2.1:443");
  EXPECT_EQ(IpAddress::Parse("2001:db8::1")->WithPort(8443), "[2001:db8::1]:8443");
}

TEST(IpNetwork, HoldsTheAddressesThatBeginAsItDoes) {
  const auto network = IpNetwork::Parse("10.128.0.0/9");
  ASSERT_TRUE(network.has_value());
  EXPECT_TRUE(network->Contains(*IpAddress::Parse("10.128.0.0")));
  EXPECT_TRUE(network->Contains(*IpAddress::Parse("10.255.255.255")));
  EXPECT_FALSE(network->Contains(*IpAddress::Parse("10.127.255.255")));
  EXPECT_FALSE(network->Contains(*IpAddress::Parse("11.128.0.0")));
  EXPECT_FALSE(network->Contains(*IpAddress::Parse("::0a80:0")));
  EXPECT_TRUE(network->Contains(*IpAddress::Parse("::ffff:10.200.0.1")));
  const auto all = IpNetwork::Parse("::/0");
  EXPECT_TRUE(all->Contains(*IpAddress::Parse("2001:db8::1")));
  EXPECT_FALSE(all->Contains(*IpAddress::Parse("192.0.2.1"))) << "families are kept apart";
}

TEST(IpNetwork, RefusesWhatIsProbablyAMistake) {
  for (const char* text :
       {"10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8 ", "::1/64",
        "fd00::/129", "::ffff:10.0.0.0/104", "10.0.0.0/08x", "name/8"}) {
    EXPECT_FALSE(IpNetwork::Parse(text).has_value()) << text;
  }
  EXPECT_EQ(IpNetwork::Parse("10.1.2.3")->ToString(), "10.1.2.3");
  EXPECT_EQ(IpNetwork::Parse("fd00::/8")->ToString(), "fd00::/8");
}

}  // namespace
}  // namespace syncline::http
