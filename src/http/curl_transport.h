#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "http/egress_guard.h"
#include "http/transport.h"

namespace syncline::http {

struct CurlOptions {
  // PEM file of the authorities to trust; "" = the system's. Verification itself has no switch.
  std::string ca_file;
  // Finished exchanges keep their connections for the next one of the same identity. Of more than
  // these, the ones unused for the longest are closed.
  std::size_t idle_slots_max = 32;
  // Where connections may lead; the default refuses everything that is not global.
  std::shared_ptr<const EgressGuard> guard = std::make_shared<const EgressGuard>();
  // Numeric addresses of a host, in place of the system's resolver; empty = the system's.
  std::function<std::vector<std::string>(const std::string& host)> resolve = {};
};

// Transport over libcurl: HTTP/1.1, and HTTP/2 over TLS where the vendor offers it. Asks for gzip
// only. The body leaves room behind its end so that the parser need not copy it. A stop request
// ends a running exchange at once. Connections are kept apart by Request.tls, which also keeps
// those of tenants apart.
std::unique_ptr<Transport> MakeCurlTransport(CurlOptions options = {});

}  // namespace syncline::http
