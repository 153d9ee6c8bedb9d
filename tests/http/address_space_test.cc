#include "http/address_space.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace syncline::http {
namespace {

struct RangeCase {
  const char* name;
  const char* network;  // as the IANA registries write it
  const char* last;
  const char* before;  // the neighbours when those are global, else ""
  const char* behind;
};

class SpecialRange : public testing::TestWithParam<RangeCase> {};

bool IsGlobal(const char* text) { return SpecialUseOf(IpAddress::Parse(text).value()).empty(); }

TEST_P(SpecialRange, IsRefusedFromItsFirstAddressToItsLast) {
  const RangeCase& range = GetParam();
  const auto network = IpNetwork::Parse(range.network);
  ASSERT_TRUE(network.has_value());
  ASSERT_TRUE(network->Contains(*IpAddress::Parse(range.last)));
  EXPECT_NE(SpecialUseOf(network->address), "");
  EXPECT_FALSE(IsGlobal(range.last));
  for (const char* neighbour : {range.before, range.behind}) {
    if (*neighbour == '\0') continue;
    EXPECT_FALSE(network->Contains(*IpAddress::Parse(neighbour)));
    EXPECT_TRUE(IsGlobal(neighbour)) << neighbour;
  }
}

// Every row of the IANA IPv4 Special-Purpose Address Registry, multicast, and cloud metadata.
constexpr auto kIpv4Ranges = std::to_array<RangeCase>(
    {RangeCase{"ThisNetwork", "0.0.0.0/8", "0.255.255.255", "", "1.0.0.0"},
     RangeCase{"ThisHost", "0.0.0.0/32", "0.0.0.0", "", ""},
     RangeCase{"Private10", "10.0.0.0/8", "10.255.255.255", "9.255.255.255", "11.0.0.0"},
     RangeCase{"Shared", "100.64.0.0/10", "100.127.255.255", "100.63.255.255", "100.128.0.0"},
     RangeCase{"Loopback", "127.0.0.0/8", "127.255.255.255", "126.255.255.255", "128.0.0.0"},
     RangeCase{"LinkLocal", "169.254.0.0/16", "169.254.255.255", "169.253.255.255", "169.255.0.0"},
     RangeCase{"Metadata", "169.254.169.254/32", "169.254.169.254", "", ""},
     RangeCase{"Private172", "172.16.0.0/12", "172.31.255.255", "172.15.255.255", "172.32.0.0"},
     RangeCase{"Protocols", "192.0.0.0/24", "192.0.0.255", "191.255.255.255", "192.0.1.0"},
     RangeCase{"DsLite", "192.0.0.0/29", "192.0.0.7", "", ""},
     RangeCase{"Dummy", "192.0.0.8/32", "192.0.0.8", "", ""},
     RangeCase{"PcpAnycast", "192.0.0.9/32", "192.0.0.9", "", ""},
     RangeCase{"TurnAnycast", "192.0.0.10/32", "192.0.0.10", "", ""},
     RangeCase{"Nat64Discovery", "192.0.0.170/31", "192.0.0.171", "", ""},
     RangeCase{"TestNet1", "192.0.2.0/24", "192.0.2.255", "192.0.1.255", "192.0.3.0"},
     RangeCase{"As112", "192.31.196.0/24", "192.31.196.255", "192.31.195.255", "192.31.197.0"},
     RangeCase{"Amt", "192.52.193.0/24", "192.52.193.255", "192.52.192.255", "192.52.194.0"},
     RangeCase{"Relay6to4", "192.88.99.0/24", "192.88.99.255", "192.88.98.255", "192.88.100.0"},
     RangeCase{"Relay6a44", "192.88.99.2/32", "192.88.99.2", "", ""},
     RangeCase{"Private192", "192.168.0.0/16", "192.168.255.255", "192.167.255.255", "192.169.0.0"},
     RangeCase{"As112Direct", "192.175.48.0/24", "192.175.48.255", "192.175.47.255",
               "192.175.49.0"},
     RangeCase{"Benchmarks", "198.18.0.0/15", "198.19.255.255", "198.17.255.255", "198.20.0.0"},
     RangeCase{"TestNet2", "198.51.100.0/24", "198.51.100.255", "198.51.99.255", "198.51.101.0"},
     RangeCase{"TestNet3", "203.0.113.0/24", "203.0.113.255", "203.0.112.255", "203.0.114.0"},
     RangeCase{"Multicast", "224.0.0.0/4", "239.255.255.255", "223.255.255.255", ""},
     RangeCase{"Reserved", "240.0.0.0/4", "255.255.255.254", "", ""},
     RangeCase{"Broadcast", "255.255.255.255/32", "255.255.255.255", "", ""}});

INSTANTIATE_TEST_SUITE_P(Ipv4, SpecialRange, testing::ValuesIn(kIpv4Ranges),
                         [](const auto& test) { return test.param.name; });

// Every row of the IANA IPv6 Special-Purpose Address Registry but ::ffff:0:0/96, whose addresses
// are those of IPv4 (Ipv4InIpv6 below), and what is not handed out.
INSTANTIATE_TEST_SUITE_P(
    Ipv6, SpecialRange,
    testing::Values(
        RangeCase{"Unspecified", "::/128", "::", "", ""},
        RangeCase{"Loopback", "::1/128", "::1", "", ""},
        RangeCase{"Compatible", "::/96", "::ffff:ffff", "", ""},
        RangeCase{"Translated", "::ffff:0:0:0/96", "::ffff:0:ffff:ffff", "", ""},
        RangeCase{"Nat64", "64:ff9b::/96", "64:ff9b::ffff:ffff", "", ""},
        RangeCase{"LocalNat64", "64:ff9b:1::/48", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", "", ""},
        RangeCase{"Discard", "100::/64", "100::ffff:ffff:ffff:ffff", "", ""},
        RangeCase{"DummyPrefix", "100:0:0:1::/64", "100:0:0:1:ffff:ffff:ffff:ffff", "", ""},
        RangeCase{"Protocols", "2001::/23", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff",
                  "2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:200::"},
        RangeCase{"Teredo", "2001::/32", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", "", ""},
        RangeCase{"PcpAnycast", "2001:1::1/128", "2001:1::1", "", ""},
        RangeCase{"TurnAnycast", "2001:1::2/128", "2001:1::2", "", ""},
        RangeCase{"SrpAnycast", "2001:1::3/128", "2001:1::3", "", ""},
        RangeCase{"Benchmarks", "2001:2::/48", "2001:2:0:ffff:ffff:ffff:ffff:ffff", "", ""},
        RangeCase{"Amt", "2001:3::/32", "2001:3:ffff:ffff:ffff:ffff:ffff:ffff", "", ""},
        RangeCase{"As112", "2001:4:112::/48", "2001:4:112:ffff:ffff:ffff:ffff:ffff", "", ""},
        RangeCase{"Orchid", "2001:10::/28", "2001:1f:ffff:ffff:ffff:ffff:ffff:ffff", "", ""},
        RangeCase{"Orchid2", "2001:20::/28", "2001:2f:ffff:ffff:ffff:ffff:ffff:ffff", "", ""},
        RangeCase{"Drones", "2001:30::/28", "2001:3f:ffff:ffff:ffff:ffff:ffff:ffff", "", ""},
        RangeCase{"Documentation", "2001:db8::/32", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
                  "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::"},
        RangeCase{"Tunnel6to4", "2002::/16", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
                  "2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2003::"},
        RangeCase{"As112Direct", "2620:4f:8000::/48", "2620:4f:8000:ffff:ffff:ffff:ffff:ffff",
                  "2620:4f:7fff:ffff:ffff:ffff:ffff:ffff", "2620:4f:8001::"},
        RangeCase{"Documentation2", "3fff::/20", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
                  "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff:1000::"},
        RangeCase{"SegmentRouting", "5f00::/16", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "", ""},
        RangeCase{"BelowGlobal", "1000::/4", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "",
                  "2000::"},
        RangeCase{"AboveGlobal", "4000::/3", "5fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
                  "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""},
        RangeCase{"UniqueLocal", "fc00::/7", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "", ""},
        RangeCase{"MetadataOfAws", "fd00:ec2::254/128", "fd00:ec2::254", "", ""},
        RangeCase{"LinkLocal", "fe80::/10", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "", ""},
        RangeCase{"SiteLocal", "fec0::/10", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "", ""},
        RangeCase{"Multicast", "ff00::/8", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "", ""}),
    [](const auto& test) { return test.param.name; });

// Each range of IPv4 in every form that IPv6 has for it.
class Ipv4InIpv6 : public testing::TestWithParam<RangeCase> {};

// "7f00:1" of 127.0.0.1, with every bit turned if so.
std::string AsHex(const IpAddress& address, bool turned = false) {
  const std::uint32_t number = turned ? ~address.Word(0) : address.Word(0);
  return fmt::format("{:x}:{:x}", number >> 16, number & 0xFFFF);
}

TEST_P(Ipv4InIpv6, IsRefusedInEveryForm) {
  const RangeCase& range = GetParam();
  const IpAddress first = IpNetwork::Parse(range.network)->address;
  for (const IpAddress& ipv4 : {first, IpAddress::Parse(range.last).value()}) {
    const std::string dotted = ipv4.ToString();
    const std::string hex = AsHex(ipv4);
    // Mapped ones are the IPv4 address itself, in whatever spelling.
    for (const std::string& mapped :
         {"::ffff:" + dotted, "::FFFF:" + hex, "0:0:0:0:0:ffff:" + dotted,
          "0000:0000:0000:0000:0000:ffff:" + hex}) {
      ASSERT_EQ(IpAddress::Parse(mapped), ipv4) << mapped;
      EXPECT_FALSE(IsGlobal(mapped.c_str())) << mapped;
    }
    const std::vector<std::string> others = {"::" + dotted,
                                             "::ffff:0:" + dotted,
                                             "64:ff9b::" + dotted,
                                             "64:ff9b::" + hex,
                                             "64:ff9b:1::" + dotted,
                                             "2002:" + hex + "::",
                                             "2002:" + hex + ":1::1",
                                             "2001::" + AsHex(ipv4, true),
                                             "2001:0:808:808:0:3fff:" + AsHex(ipv4, true)};
    for (const std::string& other : others) {
      const IpAddress outer = IpAddress::Parse(other).value();
      EXPECT_FALSE(IsGlobal(other.c_str())) << other;
      // :: and ::1 are what they are.
      if (outer.Masked(127) == IpAddress::Parse("::").value()) continue;
      EXPECT_EQ(EmbeddedIpv4(outer), ipv4) << other;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Table, Ipv4InIpv6, testing::ValuesIn(kIpv4Ranges),
                         [](const auto& test) { return test.param.name; });

TEST(AddressSpace, PublicMachinesAreGlobal) {
  for (const char* text : {"1.1.1.1", "8.8.8.8", "93.184.216.34", "223.255.255.255",
                           "2606:4700:4700::1111", "2a00:1450:4001:830::200e", "::ffff:8.8.8.8"}) {
    EXPECT_TRUE(IsGlobal(text)) << text;
  }
}

struct EmbeddedCase {
  const char* name;
  const char* outer;
  const char* inner;  // "" = none
  bool is_global = false;
};

class Embedded : public testing::TestWithParam<EmbeddedCase> {};

TEST_P(Embedded, IsFoundAndTheOuterRefused) {
  const IpAddress outer = IpAddress::Parse(GetParam().outer).value();
  const auto inner = EmbeddedIpv4(outer);
  EXPECT_EQ(inner.has_value() ? inner->ToString() : "", GetParam().inner);
  EXPECT_EQ(SpecialUseOf(outer).empty(), *GetParam().inner == '\0' && GetParam().is_global);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Embedded,
    testing::Values(EmbeddedCase{"Compatible", "::127.0.0.1", "127.0.0.1"},
                    EmbeddedCase{"Translated", "::ffff:0:10.0.0.1", "10.0.0.1"},
                    EmbeddedCase{"Nat64", "64:ff9b::169.254.169.254", "169.254.169.254"},
                    EmbeddedCase{"Nat64InHex", "64:ff9b::a9fe:a9fe", "169.254.169.254"},
                    EmbeddedCase{"LocalNat64", "64:ff9b:1::10.0.0.1", "10.0.0.1"},
                    EmbeddedCase{"Tunnel6to4", "2002:7f00:1::", "127.0.0.1"},
                    EmbeddedCase{"Tunnel6to4OfPrivate", "2002:c0a8:101:1::1", "192.168.1.1"},
                    EmbeddedCase{"Teredo", "2001::f5ff:fffe", "10.0.0.1"},
                    EmbeddedCase{"TeredoWithServer", "2001:0:4136:e378:8000:63bf:3fff:fdd2",
                                 "192.0.2.45"},
                    EmbeddedCase{"Mapped", "::ffff:127.0.0.1", ""},
                    EmbeddedCase{"Plain", "2606:4700::1111", "", true},
                    EmbeddedCase{"Loopback", "::1", ""}, EmbeddedCase{"Unspecified", "::", ""},
                    EmbeddedCase{"Ipv4", "127.0.0.1", ""}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace syncline::http
