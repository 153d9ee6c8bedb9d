#include "http/egress_guard.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/status.h"
#include "http/address_space.h"

namespace syncline::http {
namespace {

absl::Status NotAllowed(const Url& url, const std::string& address, std::string_view why) {
  const std::string host = url.host == address ? "" : fmt::format("{} leads to ", url.host);
  return base::Error(base::Reason::kAddressNotAllowed, fmt::format("{}{}: {}.", host, address, why),
                     {{"address", address}, {"host", url.host}});
}

// Names that mean the machine that resolves them (RFC 6761 6.3).
bool IsLocalName(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  return host == "localhost" || host.ends_with(".localhost");
}

}  // namespace

std::shared_ptr<const EgressGuard> EgressGuard::MakeOpen() {
  const auto guard = std::make_shared<EgressGuard>();
  guard->open_ = true;
  return guard;
}

void EgressGuard::AddOwn(const IpAddress& address, int port) {
  const std::lock_guard lock(mutex_);
  if (own_.size() < kOwnCountMax) own_.emplace(address, port);
}

absl::Status EgressGuard::CheckUrl(const Url& url) const {
  if (open_) return absl::OkStatus();
  const auto address = IpAddress::Parse(url.host);
  if (address.has_value()) {
    const std::string objection = Objection(url.scheme, *address, url.port);
    return objection.empty() ? absl::OkStatus()
                             : NotAllowed(url, address->WithPort(url.port), objection);
  }
  if (policy_.proxy.empty()) return absl::OkStatus();
  // The proxy decides where names lead, but it would take this for itself.
  if (IsLocalName(url.host)) return NotAllowed(url, url.host, "it is the proxy's own machine");
  const std::string objection = ObjectionToGlobal(url.scheme, url.port);
  return objection.empty() ? absl::OkStatus() : NotAllowed(url, url.host, objection);
}

absl::Status EgressGuard::CheckConnection(const Url& url, const IpAddress& address,
                                          int port) const {
  if (open_) return absl::OkStatus();
  // The socket leads to the proxy, which the operator has named.
  const bool to_proxy = !policy_.proxy.empty();
  const std::string objection = to_proxy ? "" : Objection(url.scheme, address, port);
  return objection.empty() ? absl::OkStatus() : NotAllowed(url, address.WithPort(port), objection);
}

std::string EgressGuard::Objection(std::string_view scheme, const IpAddress& address,
                                   int port) const {
  if (IsOwn(address, port)) return "the server itself or its database listens there";
  if (IsAllowed(address, port)) {
    // An entry for a translator's or tunnel's network does not open what lies behind it.
    const auto behind = EmbeddedIpv4(address);
    return behind.has_value() ? Objection(scheme, *behind, port) : "";
  }
  if (const std::string_view use = SpecialUseOf(address); !use.empty()) {
    return fmt::format("that is {}, which the setting egress-allow does not name", use);
  }
  return ObjectionToGlobal(scheme, port);
}

std::string EgressGuard::ObjectionToGlobal(std::string_view scheme, int port) const {
  const bool plain = scheme == "http";
  if (plain && !policy_.plain_http) return "plain http is not allowed there; use https";
  if (policy_.ports.contains(port) || (plain && port == 80)) return "";
  return fmt::format("the setting egress-ports allows {} and not port {}",
                     fmt::join(policy_.ports, ", "), port);
}

bool EgressGuard::IsOwn(const IpAddress& address, int port) const {
  const std::lock_guard lock(mutex_);
  const auto is_everywhere = [&](const std::pair<IpAddress, int>& own) {
    return own.second == port && own.first.Masked(0) == own.first;
  };
  if (own_.contains({address, port})) return true;
  return std::ranges::any_of(own_, is_everywhere) && !SpecialUseOf(address).empty();
}

bool EgressGuard::IsAllowed(const IpAddress& address, int port) const {
  return std::ranges::any_of(policy_.allowed,
                             [&](const EgressEntry& entry) { return entry.Covers(address, port); });
}

}  // namespace syncline::http
