#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

struct sockaddr;

namespace syncline::http {

// A numeric IPv4 or IPv6 address. An IPv4 address in IPv6 dress (::ffff:0:0/96) is that IPv4
// address: sockets connect to it. A plain value.
class IpAddress {
 public:
  // "192.0.2.1" or "2001:db8::1"; no brackets, no zone. nullopt for anything else, also for
  // the spellings that resolvers take ("127.1", "0x7f.1", "2130706433").
  static std::optional<IpAddress> Parse(std::string_view text);
  // nullopt for a family that is neither.
  static std::optional<IpAddress> FromSocketAddress(const sockaddr& address);
  static IpAddress FromIpv4(std::uint32_t number);  // in the machine's own byte order

  bool is_ipv4() const { return is_ipv4_; }
  int bit_count() const { return is_ipv4_ ? 32 : 128; }
  // The four bytes from `at` as a number, most significant first. Precondition: they exist.
  std::uint32_t Word(int at) const;
  // The address whose bits behind the first `prefix` are zero.
  IpAddress Masked(int prefix) const;
  std::string ToString() const;
  // "192.0.2.1:443", "[2001:db8::1]:443".
  std::string WithPort(int port) const;

  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;

 private:
  bool is_ipv4_ = true;
  std::array<std::uint8_t, 16> bytes_{};  // of IPv4 the first four
};

// All addresses that begin with the same bits.
struct IpNetwork {
  // "10.0.0.0/8", "fd00::/8"; an address alone is the network of it. nullopt for anything else,
  // also when bits behind the prefix are set: such a network is mostly a mistake.
  static std::optional<IpNetwork> Parse(std::string_view text);
  bool Contains(const IpAddress& address) const;
  std::string ToString() const;  // an address alone without its prefix

  IpAddress address;
  int prefix = 32;
};

}  // namespace syncline::http
