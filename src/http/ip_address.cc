#include "http/ip_address.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace syncline::http {
namespace {

constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

}  // namespace

std::optional<IpAddress> IpAddress::Parse(std::string_view text) {
  const std::string terminated(text);
  // What stands behind a NUL character would be passed over.
  if (terminated.find('\0') != std::string::npos) return std::nullopt;
  sockaddr_in ipv4{};
  ipv4.sin_family = AF_INET;
  if (inet_pton(AF_INET, terminated.c_str(), &ipv4.sin_addr) == 1) {
    return FromSocketAddress(reinterpret_cast<const sockaddr&>(ipv4));
  }
  sockaddr_in6 ipv6{};
  ipv6.sin6_family = AF_INET6;
  if (inet_pton(AF_INET6, terminated.c_str(), &ipv6.sin6_addr) == 1) {
    return FromSocketAddress(reinterpret_cast<const sockaddr&>(ipv6));
  }
  return std::nullopt;
}

std::optional<IpAddress> IpAddress::FromSocketAddress(const sockaddr& address) {
  IpAddress out;
  if (address.sa_family == AF_INET) {
    std::memcpy(out.bytes_.data(), &reinterpret_cast<const sockaddr_in&>(address).sin_addr, 4);
    return out;
  }
  if (address.sa_family != AF_INET6) return std::nullopt;
  std::memcpy(out.bytes_.data(), &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr, 16);
  out.is_ipv4_ = std::equal(kMapped.begin(), kMapped.end(), out.bytes_.begin());
  if (!out.is_ipv4_) return out;
  return FromIpv4(out.Word(12));
}

IpAddress IpAddress::FromIpv4(std::uint32_t number) {
  IpAddress out;
  for (std::size_t i = 0; i < 4; ++i) {
    out.bytes_[i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
  }
  return out;
}

std::uint32_t IpAddress::Word(int at) const {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    number = number << 8 | bytes_[static_cast<std::size_t>(at) + i];
  }
  return number;
}

IpAddress IpAddress::Masked(int prefix) const {
  IpAddress out = *this;
  for (int i = 0; i < 16; ++i) {
    const int kept = std::clamp(prefix - 8 * i, 0, 8);
    out.bytes_[static_cast<std::size_t>(i)] &= static_cast<std::uint8_t>(0xFF00 >> kept);
  }
  return out;
}

std::string IpAddress::ToString() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(is_ipv4_ ? AF_INET : AF_INET6, bytes_.data(), text.data(), text.size());
  return text.data();
}

std::string IpAddress::WithPort(int port) const {
  return is_ipv4_ ? fmt::format("{}:{}", ToString(), port)
                  : fmt::format("[{}]:{}", ToString(), port);
}

std::optional<IpNetwork> IpNetwork::Parse(std::string_view text) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  const std::optional<IpAddress> address = IpAddress::Parse(text.substr(0, slash));
  if (!address.has_value()) return std::nullopt;
  IpNetwork network{.address = *address, .prefix = address->bit_count()};
  if (slash == text.size()) return network;
  const std::string_view digits = text.substr(slash + 1);
  const char* const end = digits.data() + digits.size();
  const auto [last, error] = std::from_chars(digits.data(), end, network.prefix);
  const bool sane = error == std::errc() && last == end && network.prefix >= 0 &&
                    network.prefix <= address->bit_count();
  if (!sane || address->Masked(network.prefix) != *address) return std::nullopt;
  return network;
}

bool IpNetwork::Contains(const IpAddress& other) const {
  return other.is_ipv4() == address.is_ipv4() && other.Masked(prefix) == address;
}

std::string IpNetwork::ToString() const {
  return prefix == address.bit_count() ? address.ToString()
                                       : fmt::format("{}/{}", address.ToString(), prefix);
}

}  // namespace syncline::http
