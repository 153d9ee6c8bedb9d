#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "http/ip_address.h"

namespace syncline::http {

// Addresses that may be connected to although they are not global: what the operator names.
struct EgressEntry {
  // "10.1.2.3:443", "[fd00::7]:8443", "10.1.0.0/16:443", "127.0.0.1:*"; a network has at least
  // kPrefixMin bits, so that no entry switches the guard off. INVALID_ARGUMENT says what is wrong.
  static constexpr int kPrefixMin = 8;
  static absl::StatusOr<EgressEntry> Parse(std::string_view text);
  bool Covers(const IpAddress& address, int to_port) const {
    return (port == 0 || port == to_port) && network.Contains(address);
  }

  IpNetwork network;
  int port = 0;  // 0 = every port
};

// Where connections may lead. A plain value.
struct EgressPolicy {
  static constexpr std::size_t kEntryCountMax = 1'000;
  // Beside these, everything that is not global unicast is refused.
  std::vector<EgressEntry> allowed;
  // Of global addresses; entries of `allowed` name their own.
  std::set<int> ports = {443, 8443};
  // Plain http to global addresses, then on port 80, too. Entries of `allowed` permit it in any
  // case.
  bool plain_http = false;
  // "http://proxy.example:3128"; "" = none. All exchanges go through it, and it decides where
  // names lead.
  std::string proxy;
};

}  // namespace syncline::http
