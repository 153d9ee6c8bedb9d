#include <charconv>

#include "api/server.h"
#include "base/status.h"
#include "fmt/format.h"

namespace syncline::api {
namespace {

bool IsPort(std::string_view text) {
  int port = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port >= 0 && port <= 65'535;
}

// Dotted decimal of 127.0.0.0/8, four numbers; "127.1" and its like are left to nobody's guess.
bool IsLoopbackV4(std::string_view host) {
  int parts = 0;
  while (true) {
    const std::size_t dot = host.find('.');
    const std::string_view part = host.substr(0, dot);
    int number = -1;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), number);
    if (error != std::errc() || end != part.data() + part.size() || number < 0 || number > 255) {
      return false;
    }
    if (parts == 0 && number != 127) return false;
    ++parts;
    if (dot == std::string_view::npos) return parts == 4;
    host = host.substr(dot + 1);
  }
}

}  // namespace

absl::Status CheckListenAddress(std::string_view address) {
  if (address.starts_with("unix:") && address.size() > 5) return absl::OkStatus();
  const std::size_t colon = address.rfind(':');
  if (colon != std::string_view::npos && IsPort(address.substr(colon + 1))) {
    const std::string_view host = address.substr(0, colon);
    if (host == "localhost" || host == "[::1]" || IsLoopbackV4(host)) return absl::OkStatus();
  }
  return base::Error(
      base::Reason::kInvalidArgument,
      fmt::format("cannot listen on \"{}\": callers are not authenticated, so only the loopback "
                  "(\"127.0.0.1:7601\", \"[::1]:7601\", \"localhost:7601\") or a Unix socket "
                  "(\"unix:/run/syncline.sock\") may be used",
                  address),
      {{"address", std::string(address)}});
}

}  // namespace syncline::api
