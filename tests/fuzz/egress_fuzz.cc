// The first line is a URL, the second a reference to it, the third an entry of an allow list, the
// rest the bytes of an address. What is read is written so that it reads the same; what the guard
// lets pass is a public machine on an allowed port, in whatever dress its address comes.
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "http/address_space.h"
#include "http/egress_guard.h"
#include "http/message.h"

namespace {

using namespace syncline::http;

void Require(bool holds) {
  if (!holds) std::abort();
}

std::string_view TakeLine(std::string_view* input) {
  const std::string_view line = input->substr(0, input->find('\n'));
  input->remove_prefix(std::min(line.size() + 1, input->size()));
  return line;
}

void CheckAddress(const IpAddress& address, const EgressGuard& guard) {
  const auto again = IpAddress::Parse(address.ToString());
  Require(again == address);
  for (int prefix = 0; prefix <= address.bit_count(); prefix += 7) {
    const IpNetwork network{address.Masked(prefix), prefix};
    Require(network.Contains(address));
    const auto parsed = IpNetwork::Parse(network.address.ToString() + "/" + std::to_string(prefix));
    Require(parsed.has_value() && parsed->address == network.address);
  }
  if (EmbeddedIpv4(address).has_value()) Require(!SpecialUseOf(address).empty());
  const Url url{.scheme = "https", .host = "vendor.example", .port = 443};
  const bool passes = guard.CheckConnection(url, address, 443).ok();
  Require(passes == SpecialUseOf(address).empty());
  Require(!guard.CheckConnection(url, address, 22).ok());
}

void CheckUrl(const Url& url, const EgressGuard& guard) {
  const auto again = Url::Parse(url.ToString());
  // Encoding what a URL may not hold makes it longer, so that it may be too long now.
  if (!again.ok()) {
    Require(url.ToString().size() > Url::kBytesMax);
    return;
  }
  Require(again->ToString() == url.ToString() && again->host == url.host);
  Require(url.port >= 1 && url.port <= 65'535 && url.path.starts_with('/'));
  Require(url.host.find_first_of("@/?# \\%\t\r\n") == std::string::npos && !url.host.empty());
  const auto address = IpAddress::Parse(url.host);
  if (!address.has_value()) return;
  CheckAddress(*address, guard);
  if (!SpecialUseOf(*address).empty()) Require(!guard.CheckUrl(url).ok());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const EgressGuard guard;
  std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto url = Url::Parse(TakeLine(&input));
  const std::string_view reference = TakeLine(&input);
  if (url.ok()) {
    CheckUrl(*url, guard);
    const auto resolved = ResolveReference(*url, reference);
    if (resolved.ok()) CheckUrl(*resolved, guard);
  }
  const auto entry = EgressEntry::Parse(TakeLine(&input));
  if (entry.ok()) {
    Require(entry->network.prefix >= EgressEntry::kPrefixMin);
    Require(entry->Covers(entry->network.address, entry->port == 0 ? 1 : entry->port));
  }
  sockaddr_in6 ipv6{};
  ipv6.sin6_family = AF_INET6;
  std::memcpy(&ipv6.sin6_addr, input.data(), std::min(input.size(), sizeof(ipv6.sin6_addr)));
  CheckAddress(IpAddress::FromSocketAddress(reinterpret_cast<const sockaddr&>(ipv6)).value(),
               guard);
  return 0;
}
