#include "app/keys.h"

#include <string>

#include "base/status.h"
#include "fmt/format.h"
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

}  // namespace

absl::Status GenerateKeys(const std::filesystem::path& path, base::Random& random) {
  return secret::GenerateKeyring(path.string(),
                                 fmt::format("key-{:08x}", random.Bits() & 0xFFFFFFFFU));
}

absl::StatusOr<secret::Keyring> LoadKeys(const std::filesystem::path& path, bool may_generate,
                                         store::Database& database, base::Random& random) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    SYNCLINE_ASSIGN_OR_RETURN(const bool in_use, store::KnowsAnyKey(database));
    if (!may_generate || in_use) return MissingKeys(path);
    SYNCLINE_RETURN_IF_ERROR(GenerateKeys(path, random));
  }
  return secret::Keyring::Load(path.string());
}

}  // namespace syncline::app
