#include "app/egress_settings.h"

#include <charconv>

#include "base/status.h"
#include "fmt/format.h"
#include "http/message.h"

namespace syncline::app {
namespace {

using Values = std::vector<std::string>;

std::string ReadEntries(const Values& values, Config& config) {
  if (values.size() > http::EgressPolicy::kEntryCountMax) {
    return fmt::format("has {} entries; at most {} are allowed", values.size(),
                       http::EgressPolicy::kEntryCountMax);
  }
  config.egress.allowed.clear();
  for (const std::string& text : values) {
    const auto entry = http::EgressEntry::Parse(text);
    if (!entry.ok()) return base::MessageOf(entry.status());
    config.egress.allowed.push_back(*entry);
  }
  return "";
}

std::string ReadPorts(const Values& values, Config& config) {
  config.egress.ports.clear();
  for (const std::string& text : values) {
    int port = 0;
    const char* const end = text.data() + text.size();
    const auto [last, error] = std::from_chars(text.data(), end, port);
    if (error != std::errc() || last != end || port < 1 || port > 65'535) {
      return fmt::format("\"{}\" is not a whole number from 1 to 65535", text);
    }
    config.egress.ports.insert(port);
  }
  return "";
}

std::string ReadProxy(const Values& values, Config& config) {
  const auto url = http::Url::Parse(values[0]);
  if (!url.ok()) return base::MessageOf(url.status());
  if (url->path != "/" || !url->query.empty()) return "has a path; give scheme, host and port only";
  // Said in any case: libcurl takes 1080 for a proxy without a port.
  const bool is_default = url->port == (url->scheme == "https" ? 443 : 80);
  config.egress.proxy = is_default ? fmt::format("{}:{}", url->origin(), url->port) : url->origin();
  return "";
}

std::string ReadSwitch(const Values& values, Config& config) {
  if (values[0] != "true" && values[0] != "false") {
    return fmt::format("\"{}\" is not one of: true, false", values[0]);
  }
  config.egress.plain_http = values[0] == "true";
  return "";
}

std::vector<Setting> MakeSettings() {
  return {
      {"egress-allow", "ADDRESS:PORT,...",
       "Numeric addresses that vendors may have although they are not of the public Internet: "
       "10.1.2.3:443, 10.1.0.0/16:443, [fd00::7]:8443; * stands for every port. Plain http is "
       "allowed there, too. See docs/egress.md",
       "none", true, ReadEntries},
      {"egress-ports", "PORT,...", "Ports of public addresses that may be connected to", "443,8443",
       true, ReadPorts},
      {"egress-plain-http", "", "Allow plain http to public addresses, on port 80, too", "false",
       false, ReadSwitch},
      {"egress-proxy", "URL",
       "Proxy that all connections to vendors go through, http://HOST:PORT or https://HOST:PORT; "
       "variables such as https_proxy are never looked at",
       "none", false, ReadProxy},
  };
}

}  // namespace

void AddEgressSettings(std::vector<Setting>& settings) {
  const std::vector<Setting> more = MakeSettings();
  settings.insert(settings.end(), more.begin(), more.end());
}

}  // namespace syncline::app
