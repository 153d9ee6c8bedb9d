#pragma once

#include <memory>
#include <string>

#include "http/curl_transport.h"

namespace syncline::test {

// A guard that lets test servers on the loopback be reached, and else refuses what every guard
// refuses.
inline std::shared_ptr<http::EgressGuard> MakeLoopbackGuard() {
  http::EgressPolicy policy;
  policy.allowed.push_back(http::EgressEntry::Parse("127.0.0.1:*").value());
  return std::make_shared<http::EgressGuard>(std::move(policy));
}

inline std::unique_ptr<http::Transport> MakeLoopbackTransport(http::CurlOptions options = {}) {
  options.guard = MakeLoopbackGuard();
  return http::MakeCurlTransport(std::move(options));
}

}  // namespace syncline::test
