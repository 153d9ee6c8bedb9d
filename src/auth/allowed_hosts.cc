#include "auth/allowed_hosts.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/status.h"

namespace syncline::auth {
namespace {

// "host", "host:port", "1.2.3.4:80", "[::1]:80" or a bare IPv6 address.
absl::StatusOr<http::Url> ParseEntry(std::string_view entry) {
  const bool bare_v6 = !entry.starts_with('[') && std::count(entry.begin(), entry.end(), ':') > 1;
  return http::Url::Parse(bare_v6 ? fmt::format("http://[{}]", entry)
                                  : fmt::format("http://{}", entry));
}

bool NamesPort(std::string_view entry) {
  const std::size_t colon = entry.rfind(':');
  if (colon == std::string_view::npos) return false;
  return entry.starts_with('[') ? entry[colon - 1] == ']'
                                : std::count(entry.begin(), entry.end(), ':') == 1;
}

}  // namespace

std::string AllowedHostMistake(std::string_view entry) {
  constexpr std::string_view kRight =
      "give a host name or address, with a port if you like, e.g. \"api.vendor.example\" or "
      "\"127.0.0.1:8080\"";
  if (entry.find("://") != std::string_view::npos) {
    return fmt::format("holds a scheme; {}", kRight);
  }
  if (entry.find_first_of("/?#@ *") != std::string_view::npos) {
    return fmt::format("is no exact host; {}", kRight);
  }
  if (entry != http::ToLowerCase(entry)) return "must be lower case";
  const auto url = ParseEntry(entry);
  if (!url.ok() || entry.ends_with(':')) return fmt::format("is no host; {}", kRight);
  return "";
}

absl::StatusOr<AllowedHosts> AllowedHosts::Make(const std::vector<std::string>& entries) {
  AllowedHosts hosts;
  base::FieldViolations violations;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::string& text = entries[i];
    if (std::string mistake = AllowedHostMistake(text); !mistake.empty()) {
      violations.Add(fmt::format("[{}]", i), std::move(mistake));
      continue;
    }
    const http::Url url = *ParseEntry(text);
    hosts.entries_.push_back({url.host, NamesPort(text) ? url.port : 0});
    hosts.text_ += (hosts.text_.empty() ? "" : ", ") + text;
  }
  SYNCLINE_RETURN_IF_ERROR(violations.ToStatus());
  return hosts;
}

bool AllowedHosts::Contains(const http::Url& url) const {
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return entry.host == url.host && (entry.port == 0 || entry.port == url.port);
  });
}

absl::Status AllowedHosts::Check(const http::Url& url) const {
  if (Contains(url)) return absl::OkStatus();
  return base::Error(base::Reason::kHostNotAllowed,
                     fmt::format("The credential may not be sent to {}; its allowed hosts are: {}.",
                                 url.origin(), text_.empty() ? "none" : text_),
                     {{"host", url.origin()}, {"allowed", text_}});
}

}  // namespace syncline::auth
