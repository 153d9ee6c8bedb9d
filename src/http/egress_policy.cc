#include "http/egress_policy.h"

#include <fmt/format.h>

#include <charconv>

#include "base/status.h"

namespace syncline::http {
namespace {

absl::Status Invalid(std::string_view text, std::string_view why) {
  return base::Error(base::Reason::kInvalidArgument,
                     fmt::format("\"{}\" {}; right would be e.g. 10.1.2.3:443, 10.1.0.0/16:443, "
                                 "[fd00::7]:8443 or 10.1.2.3:*",
                                 text, why));
}

}  // namespace

absl::StatusOr<EgressEntry> EgressEntry::Parse(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return Invalid(text, "has no port");
  std::string host(text.substr(0, colon));
  const bool bracketed = host.starts_with('[');
  if (bracketed) {
    const std::size_t close = host.find(']');
    if (close == std::string::npos) return Invalid(text, "has a bracket that is not closed");
    host.erase(close, 1).erase(0, 1);
  }
  EgressEntry entry;
  const auto network = IpNetwork::Parse(host);
  if (!network.has_value() || network->address.is_ipv4() == bracketed) {
    return Invalid(text,
                   "names no numeric address or network (IPv6 stands in brackets; no bit is set "
                   "behind the prefix)");
  }
  entry.network = *network;
  if (entry.network.prefix < kPrefixMin) {
    return Invalid(text, fmt::format("is a network of less than {} bits", kPrefixMin));
  }
  const std::string_view port = text.substr(colon + 1);
  if (port == "*") return entry;
  const char* const end = port.data() + port.size();
  const auto [last, error] = std::from_chars(port.data(), end, entry.port);
  if (error != std::errc() || last != end || entry.port < 1 || entry.port > 65'535) {
    return Invalid(text, "has a port that is neither a number from 1 to 65535 nor *");
  }
  return entry;
}

}  // namespace syncline::http
