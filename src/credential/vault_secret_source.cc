#include "credential/vault_secret_source.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/status.h"

namespace syncline::credential {
namespace {

// What needs no escape in a URL, and cannot lead elsewhere.
bool IsPathPart(std::string_view part) {
  return !part.empty() && part != "." && part != ".." && std::ranges::all_of(part, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
}

}  // namespace

std::string VaultSecretSource::Mistake(const auth::SecretReference& reference) const {
  std::string_view rest = reference.place;
  while (true) {
    const std::size_t slash = rest.find('/');
    if (!IsPathPart(rest.substr(0, slash))) {
      return "the path must be of letters, digits, '-', '_' and '.', parts divided by '/', and is "
             "taken below the server's --vault-secret-path";
    }
    if (slash == std::string_view::npos) return "";
    rest.remove_prefix(slash + 1);
  }
}

absl::StatusOr<secret::Secret> VaultSecretSource::Read(
    const auth::SecretReference& reference) const {
  const std::size_t slash = std::min(path_.find('/'), path_.size());
  const std::string_view prefix = std::string_view(path_).substr(slash);
  SYNCLINE_ASSIGN_OR_RETURN(
      const VaultClient::Answer answer,
      vault_.Get(fmt::format("{}/data{}/{}", path_.substr(0, slash), prefix, reference.place)));
  json::Node data;
  json::Node value;
  if (!answer.data.Find("data", &data) || !data.Find(reference.key, &value) ||
      value.is_container() || value.is_null()) {
    return base::Error(base::Reason::kSecretUnavailable,
                       fmt::format("Vault: the secret {} has no text under the key {}",
                                   reference.place, reference.key));
  }
  return secret::Secret(std::string(value.text()));
}

}  // namespace syncline::credential
