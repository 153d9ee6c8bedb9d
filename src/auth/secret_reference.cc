#include "auth/secret_reference.h"

#include <fmt/format.h>

#include <algorithm>

#include "auth/secret_fields.h"

namespace syncline::auth {
namespace {

bool IsPrintable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F; });
}

}  // namespace

std::optional<SecretReference> ParseSecretReference(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || text.size() > SecretReference::kBytesMax ||
      !IsPrintable(text)) {
    return std::nullopt;
  }
  const std::string_view scheme = text.substr(0, colon);
  std::string_view place = text.substr(colon + 1);
  SecretReference reference;
  if (scheme == "env") {
    reference.source = SecretReference::Source::kEnvironment;
  } else if (scheme == "file") {
    reference.source = SecretReference::Source::kFile;
  } else if (scheme == "vault") {
    reference.source = SecretReference::Source::kVault;
    const std::size_t hash = place.rfind('#');
    if (hash == std::string_view::npos || hash + 1 == place.size()) return std::nullopt;
    reference.key = place.substr(hash + 1);
    place = place.substr(0, hash);
  } else {
    return std::nullopt;
  }
  if (place.empty()) return std::nullopt;
  reference.place = place;
  return reference;
}

void CheckSecretReferences(const v1::Credential& credential, const SecretMap& given,
                           base::FieldViolations* violations) {
  const auto& references = credential.secret_references();
  if (references.size() > SecretReference::kCountMax) {
    violations->Add("secretReferences", fmt::format("has {} entries; at most {}", references.size(),
                                                    SecretReference::kCountMax));
    return;
  }
  for (const auto& [json_path, text] : references) {
    const std::string field = fmt::format("secretReferences.{}", json_path);
    const std::optional<std::string> path = SecretPathOf(credential, json_path);
    if (!path.has_value()) {
      violations->Add(field,
                      "is no secret field of this credential; its kind has for example "
                      "\"apiToken.token\" or \"basic.password\"");
    } else if (given.contains(*path)) {
      violations->Add(field, fmt::format("{} has a value as well; give one of the two", json_path));
    }
    if (!ParseSecretReference(text).has_value()) {
      violations->Add(field, fmt::format("\"{}\" is not of the form env:NAME, file:NAME or "
                                         "vault:PATH#KEY",
                                         text.substr(0, 100)));
    }
  }
}

}  // namespace syncline::auth
