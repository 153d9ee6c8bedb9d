#pragma once

#include <optional>
#include <string_view>

#include "http/ip_address.h"

namespace syncline::http {

// What an address is for when it is not a machine of the public Internet: "a private network
// (10.0.0.0/8)"; empty for global unicast. Every block of the IANA special-purpose address
// registries counts, also those that are reachable from everywhere (anycast of protocols: no vendor
// is there), and so does everything that is not handed out (IPv6 outside of 2000::/3).
std::string_view SpecialUseOf(const IpAddress& address);

// The IPv4 address that a translator or tunnel would go on to: of IPv4-compatible, IPv4-translated,
// NAT64, 6to4 and Teredo addresses. nullopt for others; IPv4-mapped ones are IPv4 already.
std::optional<IpAddress> EmbeddedIpv4(const IpAddress& address);

}  // namespace syncline::http
