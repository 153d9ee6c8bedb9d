#include "app/secret_settings.h"

#include <algorithm>

#include "base/status.h"
#include "fmt/format.h"
#include "http/message.h"

namespace syncline::app {
namespace {

using Values = std::vector<std::string>;

std::string ReadPath(const Values& values, std::filesystem::path& out) {
  if (values[0].empty()) return "an empty path";
  out = values[0];
  return "";
}

// "transit/syncline": names of a URL path, `least` to `most` of them.
std::string ReadVaultPath(const std::string& text, int least, int most, std::string& out) {
  int count = 0;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find('/', begin), text.size());
    const std::string part = text.substr(begin, end - begin);
    const bool name = !part.empty() && part.find_first_not_of(
                                           "abcdefghijklmnopqrstuvwxyz"
                                           "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                           "0123456789-_.") == std::string::npos;
    if (!name || part == "." || part == "..") {
      return fmt::format("\"{}\" is not a path of letters, digits, '-', '_' and '.'", text);
    }
    ++count;
    begin = end + 1;
  }
  if (count < least || count > most) {
    return fmt::format("\"{}\" has {} parts, must have {} to {}", text, count, least, most);
  }
  out = text;
  return "";
}

std::string ReadVaultAddress(const std::string& text, std::string& out) {
  const auto url = http::Url::Parse(text);
  if (!url.ok()) return base::MessageOf(url.status());
  if (url->path != "/" || !url->query.empty()) return "has a path; give scheme, host and port only";
  if (url->scheme != "https" && url->host != "127.0.0.1" && url->host != "::1" &&
      url->host != "localhost") {
    return "must be https: the token and the data keys travel there (http only on loopback)";
  }
  out = url->origin();
  return "";
}

std::vector<Setting> MakeSettings() {
  return {
      {"keyring-file", "FILE",
       "Keys that seal credentials; made at the first start together with a fresh embedded "
       "database, "
       "otherwise it must exist: synclined keys generate --out FILE",
       "<data-dir>/keyring", false,
       [](const Values& v, Config& c) { return ReadPath(v, c.keyring_file); }},
      {"secret-dir", "DIR",
       "Folder of the files that `file:NAME` references of credentials may name",
       "none: file references are refused", false,
       [](const Values& v, Config& c) { return ReadPath(v, c.secret_directory); }},
      {"vault-address", "URL", "HashiCorp Vault, e.g. https://vault.example:8200", "none", false,
       [](const Values& v, Config& c) { return ReadVaultAddress(v[0], c.vault.address); }},
      {"vault-token-file", "FILE", "Vault's token, read at every call; not open to others", "none",
       false, [](const Values& v, Config& c) { return ReadPath(v, c.vault.token_file); }},
      {"vault-namespace", "NAME", "Vault's namespace", "none", false,
       [](const Values& v, Config& c) {
         c.vault.name_space = v[0];
         return http::IsHeaderValue(v[0]) ? std::string() : std::string("has control characters");
       }},
      {"vault-ca-file", "FILE", "Authorities, in PEM, that may vouch for Vault", "the system's",
       false, [](const Values& v, Config& c) { return ReadPath(v, c.vault.ca_file); }},
      {"vault-transit-key", "MOUNT/KEY", "Transit key that seals credentials, instead of a keyring",
       "none", false,
       [](const Values& v, Config& c) { return ReadVaultPath(v[0], 2, 8, c.vault.transit_key); }},
      {"vault-secret-path", "MOUNT[/PREFIX]",
       "KV version 2 engine, and path in it, below which `vault:PATH#KEY` references may read",
       "none: vault references are refused", false,
       [](const Values& v, Config& c) { return ReadVaultPath(v[0], 1, 8, c.vault.secret_path); }},
  };
}

}  // namespace

void AddSecretSettings(std::vector<Setting>& settings) {
  const std::vector<Setting> more = MakeSettings();
  settings.insert(settings.end(), more.begin(), more.end());
}

}  // namespace syncline::app
