#include "cli/server_address.h"

#include "base/status.h"
#include "fmt/format.h"

namespace syncline::cli {
namespace {

constexpr std::string_view kDefaultPort = "8470";

bool IsLoopback(std::string_view host) {
  if (host == "localhost" || host == "[::1]") return true;
  return host.starts_with("127.") &&
         host.find_first_not_of("0123456789.") == std::string_view::npos;
}

}  // namespace

absl::StatusOr<std::string> ParseServerAddress(std::string_view text) {
  if (text.starts_with("unix:") && text.size() > 5) return std::string(text);
  const std::size_t bracket = text.rfind(']');
  const std::size_t colon = text.rfind(':');
  const bool has_port =
      colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  const std::string_view host = has_port ? text.substr(0, colon) : text;
  const std::string_view port = has_port ? text.substr(colon + 1) : kDefaultPort;
  const bool port_valid = !port.empty() && port.size() <= 5 &&
                          port.find_first_not_of("0123456789") == std::string_view::npos;
  if (host.empty() || !port_valid) {
    return base::Error(base::Reason::kInvalidArgument,
                       fmt::format("\"{}\" is not an address; write HOST:PORT or unix:PATH", text));
  }
  if (!IsLoopback(host)) {
    return base::Error(base::Reason::kInvalidArgument,
                       fmt::format("{} is not a loopback address: the connection is not encrypted, "
                                   "so only 127.0.0.1, [::1], localhost and unix:PATH are dialled",
                                   host));
  }
  return fmt::format("{}:{}", host, port);
}

}  // namespace syncline::cli
