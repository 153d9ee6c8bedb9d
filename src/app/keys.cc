#include "app/keys.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "credential/vault_key_provider.h"
#include "fmt/format.h"
#include "http/curl_transport.h"
#include "secret/key_chain.h"
#include "secret/keyring.h"
#include "store/key_canary.h"

namespace syncline::app {
namespace {

absl::Status MissingKeys(const std::filesystem::path& path) {
  return base::Error(
      base::Reason::kKeyUnavailable,
      fmt::format("there is no keyring file {}; for a new database make one with: synclined keys "
                  "generate --out {}; for a database in use, put back the keyring it was used with",
                  path.string(), path.string()));
}

using Providers = std::vector<std::unique_ptr<const secret::KeyProvider>>;

absl::Status AddEnvironment(const secret::Secret& text, Providers& providers) {
  // Files of variables for containers have no line breaks in a value; no key holds a comma.
  std::string lines(text.Reveal());
  std::ranges::replace(lines, ',', '\n');
  const secret::Secret wiped(std::move(lines));
  auto keyring = secret::Keyring::Parse(wiped.Reveal());
  if (!keyring.ok()) {
    return base::Error(base::Reason::kConfigurationInvalid,
                       fmt::format("{}: {}", EnvironmentSecrets::kKeyringVariable,
                                   base::MessageOf(keyring.status())));
  }
  providers.push_back(std::make_unique<secret::Keyring>(*std::move(keyring)));
  return absl::OkStatus();
}

absl::Status AddFile(const std::filesystem::path& path, bool may_generate,
                     store::Database& database, base::Random& random, Providers& providers) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    SYNCLINE_ASSIGN_OR_RETURN(const bool in_use, store::KnowsAnyKey(database));
    if (!may_generate || in_use) return MissingKeys(path);
    SYNCLINE_RETURN_IF_ERROR(GenerateKeys(path, random));
  }
  SYNCLINE_ASSIGN_OR_RETURN(secret::Keyring keyring, secret::Keyring::Load(path.string()));
  providers.push_back(std::make_unique<secret::Keyring>(std::move(keyring)));
  return absl::OkStatus();
}

}  // namespace

absl::Status GenerateKeys(const std::filesystem::path& path, base::Random& random) {
  return secret::GenerateKeyring(path.string(),
                                 fmt::format("key-{:08x}", random.Bits() & 0xFFFFFFFFU));
}

absl::StatusOr<Keys> LoadKeys(const Config& config, bool may_generate, store::Database& database,
                              const base::Clock& clock, base::Random& random) {
  Keys keys;
  Providers providers;
  if (!config.vault.address.empty()) {
    // Vault stands in the operator's own network, mostly, and nobody else can set its address.
    keys.transport = http::MakeCurlTransport(
        {.ca_file = config.vault.ca_file.string(), .guard = http::EgressGuard::MakeOpen()});
    keys.vault = std::make_unique<credential::VaultClient>(
        credential::VaultClient::Options{config.vault.address, config.vault.token_file.string(),
                                         config.vault.name_space},
        *keys.transport);
  }
  if (const std::string& path = config.vault.transit_key; !path.empty()) {
    const std::size_t slash = path.rfind('/');
    providers.push_back(std::make_unique<credential::VaultKeyProvider>(
        *keys.vault, path.substr(0, slash), path.substr(slash + 1), clock));
  }
  if (!config.secrets->keyring.empty()) {
    SYNCLINE_RETURN_IF_ERROR(AddEnvironment(config.secrets->keyring, providers));
  }
  if (providers.empty() || config.keyring_file_given) {
    SYNCLINE_RETURN_IF_ERROR(AddFile(config.keyring_file, may_generate && providers.empty(),
                                     database, random, providers));
  }
  keys.provider = std::make_unique<secret::KeyChain>(std::move(providers));
  return keys;
}

}  // namespace syncline::app
