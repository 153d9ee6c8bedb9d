#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "http/egress_policy.h"
#include "http/ip_address.h"
#include "http/message.h"

namespace syncline::http {

// Decides where connections may lead: by the numeric address, after a name was resolved and before
// a byte is sent, for each new socket and again for each request on a kept one. So neither the
// spelling of a host nor a name that changes its mind gets past it. Shared by every client of the
// process but Vault's, whose address the operator alone sets. Safe for concurrent use.
class EgressGuard {
 public:
  static constexpr std::size_t kOwnCountMax = 256;

  explicit EgressGuard(EgressPolicy policy = {}) : policy_(std::move(policy)) {}
  // Refuses nothing: for addresses that only the operator can set.
  static std::shared_ptr<const EgressGuard> MakeOpen();

  // An address where the server itself or its database listens: refused also where the policy
  // allows it. One without bits (0.0.0.0, ::) stands for every address of the machine. Beyond
  // kOwnCountMax the address is not kept.
  void AddOwn(const IpAddress& address, int port);

  // What can be told before a name is resolved: a host that is an address, and, where a proxy
  // resolves names, those that mean the proxy's own machine. ADDRESS_NOT_ALLOWED, metadata
  // "address".
  absl::Status CheckUrl(const Url& url) const;
  // Whether a socket for `url` may be connected to `address`. ADDRESS_NOT_ALLOWED, metadata
  // "address".
  absl::Status CheckConnection(const Url& url, const IpAddress& address, int port) const;

  const std::string& proxy() const { return policy_.proxy; }

 private:
  // Why not; empty when it may be.
  std::string Objection(std::string_view scheme, const IpAddress& address, int port) const;
  std::string ObjectionToGlobal(std::string_view scheme, int port) const;
  bool IsOwn(const IpAddress& address, int port) const;
  bool IsAllowed(const IpAddress& address, int port) const;

  const EgressPolicy policy_;
  bool open_ = false;
  mutable std::mutex mutex_;
  std::set<std::pair<IpAddress, int>> own_;
};

}  // namespace syncline::http
