#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace syncline::cli {

// The target that gRPC dials for what stands in --server: "HOST", "HOST:PORT" or "unix:PATH";
// without a port 8470 is meant. INVALID_ARGUMENT for a host that is not loopback: the connection is
// not encrypted, and secrets travel on it.
absl::StatusOr<std::string> ParseServerAddress(std::string_view text);

}  // namespace syncline::cli
