#include "http/address_space.h"

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace syncline::http {
namespace {

struct Block {
  std::string_view network;
  std::string_view use;
};

// The IANA IPv4 Special-Purpose Address Registry (as of 2025-10) and multicast. The first that
// holds an address names it, so a block within another one stands before it.
constexpr auto kIpv4Blocks = std::to_array<Block>({
    {"0.0.0.0/8", "this machine (0.0.0.0/8)"},
    {"10.0.0.0/8", "a private network (10.0.0.0/8)"},
    {"100.64.0.0/10", "a carrier's shared network (100.64.0.0/10)"},
    {"127.0.0.0/8", "the loopback (127.0.0.0/8)"},
    {"169.254.0.0/16", "a link-local address (169.254.0.0/16), as of metadata services"},
    {"172.16.0.0/12", "a private network (172.16.0.0/12)"},
    {"192.0.0.0/24", "set aside for protocols (192.0.0.0/24)"},
    {"192.0.2.0/24", "set aside for documentation (192.0.2.0/24)"},
    {"192.31.196.0/24", "set aside for AS112 (192.31.196.0/24)"},
    {"192.52.193.0/24", "set aside for multicast tunnels (192.52.193.0/24)"},
    {"192.88.99.0/24", "a 6to4 relay (192.88.99.0/24)"},
    {"192.168.0.0/16", "a private network (192.168.0.0/16)"},
    {"192.175.48.0/24", "set aside for AS112 (192.175.48.0/24)"},
    {"198.18.0.0/15", "set aside for benchmarks (198.18.0.0/15)"},
    {"198.51.100.0/24", "set aside for documentation (198.51.100.0/24)"},
    {"203.0.113.0/24", "set aside for documentation (203.0.113.0/24)"},
    {"224.0.0.0/4", "multicast (224.0.0.0/4)"},
    {"255.255.255.255", "broadcast (255.255.255.255)"},
    {"240.0.0.0/4", "reserved (240.0.0.0/4)"},
});

// The IANA IPv6 Special-Purpose Address Registry (as of 2025-10), deprecated site-local addresses
// and multicast.
constexpr auto kIpv6Blocks = std::to_array<Block>({
    {"::", "this machine (::)"},
    {"::1", "the loopback (::1)"},
    {"::/96", "an IPv4-compatible address (::/96)"},
    {"::ffff:0:0:0/96", "an IPv4-translated address (::ffff:0:0:0/96)"},
    {"64:ff9b::/96", "an IPv4 address behind NAT64 (64:ff9b::/96)"},
    {"64:ff9b:1::/48", "an IPv4 address behind a local NAT64 (64:ff9b:1::/48)"},
    {"100::/64", "a black hole (100::/64)"},
    {"100:0:0:1::/64", "a dummy network (100:0:0:1::/64)"},
    {"2001::/32", "a Teredo tunnel (2001::/32)"},
    {"2001:2::/48", "set aside for benchmarks (2001:2::/48)"},
    {"2001:10::/28", "a cryptographic hash (2001:10::/28)"},
    {"2001:20::/28", "a cryptographic hash (2001:20::/28)"},
    {"2001:30::/28", "a drone's identifier (2001:30::/28)"},
    {"2001::/23", "set aside for protocols (2001::/23)"},
    {"2001:db8::/32", "set aside for documentation (2001:db8::/32)"},
    {"2002::/16", "a 6to4 tunnel (2002::/16)"},
    {"2620:4f:8000::/48", "set aside for AS112 (2620:4f:8000::/48)"},
    {"3fff::/20", "set aside for documentation (3fff::/20)"},
    {"5f00::/16", "a segment of a route (5f00::/16)"},
    {"fc00::/7", "a private network (fc00::/7)"},
    {"fe80::/10", "a link-local address (fe80::/10)"},
    {"fec0::/10", "a site-local address (fec0::/10)"},
    {"ff00::/8", "multicast (ff00::/8)"},
});

constexpr std::string_view kNotHandedOut = "an address that is not handed out (outside 2000::/3)";

using Blocks = std::vector<std::pair<IpNetwork, std::string_view>>;

template <std::size_t N>
Blocks Compile(const std::array<Block, N>& blocks) {
  Blocks out;
  for (const Block& block : blocks)
    out.emplace_back(IpNetwork::Parse(block.network).value(), block.use);
  return out;
}

// Parsed once; never destroyed, because exchanges may run until the process ends.
const Blocks& BlocksOf(const IpAddress& address) {
  static const Blocks& ipv4 = *new Blocks(Compile(kIpv4Blocks));
  static const Blocks& ipv6 = *new Blocks(Compile(kIpv6Blocks));
  return address.is_ipv4() ? ipv4 : ipv6;
}

const IpNetwork& GlobalUnicast() {
  static const IpNetwork network = IpNetwork::Parse("2000::/3").value();
  return network;
}

bool StartsWith(const IpAddress& address, std::string_view network) {
  return IpNetwork::Parse(network)->Contains(address);
}

}  // namespace

std::string_view SpecialUseOf(const IpAddress& address) {
  for (const auto& [network, use] : BlocksOf(address)) {
    if (network.Contains(address)) return use;
  }
  if (address.is_ipv4() || GlobalUnicast().Contains(address)) return {};
  return kNotHandedOut;
}

std::optional<IpAddress> EmbeddedIpv4(const IpAddress& address) {
  // :: and ::1 are addresses of their own, although they look IPv4-compatible.
  if (address.is_ipv4() || StartsWith(address, "::/127")) return std::nullopt;
  if (StartsWith(address, "2002::/16")) return IpAddress::FromIpv4(address.Word(2));
  // RFC 4380 4: the client's address, with every bit turned.
  if (StartsWith(address, "2001::/32")) return IpAddress::FromIpv4(~address.Word(12));
  const bool at_the_end = StartsWith(address, "64:ff9b::/96") ||
                          StartsWith(address, "64:ff9b:1::/48") ||
                          StartsWith(address, "::ffff:0:0:0/96") || StartsWith(address, "::/96");
  if (at_the_end) return IpAddress::FromIpv4(address.Word(12));
  return std::nullopt;
}

}  // namespace syncline::http
