#include "credential/vault_key_provider.h"

#include <fmt/format.h>

#include <charconv>

#include "base/status.h"
#include "secret/digest.h"

namespace syncline::credential {
namespace {

using base::Reason;

constexpr std::string_view kCiphertextPrefix = "vault:v";  // then "<version>:<base64>"
constexpr std::int64_t kVersionsNamedMax = 100;

absl::Status KeyUnavailable(const absl::Status& why) {
  return base::Error(Reason::kKeyUnavailable, base::MessageOf(why));
}

absl::Status Unexpected(std::string_view what) {
  return base::Error(Reason::kKeyUnavailable, fmt::format("Vault answered without {}", what));
}

std::int64_t NumberAt(json::Node data, std::string_view name, std::int64_t absent) {
  json::Node node;
  if (!data.Find(name, &node) || node.kind() != json::Kind::kNumber) return absent;
  std::int64_t value = absent;
  std::from_chars(node.text().data(), node.text().data() + node.text().size(), value);
  return value;
}

std::string_view TextAt(json::Node data, std::string_view name) {
  json::Node node;
  if (!data.Find(name, &node) || node.kind() != json::Kind::kString) return {};
  return node.text();
}

// "3" of "vault:v3:abc=".
std::string_view VersionOf(std::string_view ciphertext) {
  if (!ciphertext.starts_with(kCiphertextPrefix)) return {};
  ciphertext.remove_prefix(kCiphertextPrefix.size());
  const std::size_t end = ciphertext.find(':');
  if (end == std::string_view::npos) return {};
  // Base64, so that it may stand in JSON as it is.
  if (!secret::DecodeBase64(ciphertext.substr(end + 1)).has_value()) return {};
  return ciphertext.substr(0, end);
}

std::string PlaceOf(const secret::WrappedKey& wrapped, std::string_view context) {
  return secret::Sha256(fmt::format("{}|{}|{}", wrapped.bytes.size(), wrapped.bytes, context));
}

// Vault says 400 both for bytes that were altered and for a version it no longer opens.
bool IsAltered(const absl::Status& status) {
  const base::ErrorMetadata metadata = base::MetadataOf(status);
  const auto code = metadata.find("status");
  const auto words = metadata.find("words");
  return code != metadata.end() && code->second == "400" && words != metadata.end() &&
         (words->second.find("message authentication failed") != std::string::npos ||
          words->second.find("invalid ciphertext") != std::string::npos ||
          words->second.find("unable to decrypt") != std::string::npos);
}

}  // namespace

absl::StatusOr<VaultKeyProvider::KeyFacts> VaultKeyProvider::ReadFacts() const {
  const auto answer = vault_.Get(fmt::format("{}/keys/{}", mount_, key_));
  if (!answer.ok()) return KeyUnavailable(answer.status());
  KeyFacts facts{.oldest = NumberAt(answer->data, "min_decryption_version", 1),
                 .latest = NumberAt(answer->data, "latest_version", 0),
                 .derived = false};
  json::Node derived;
  if (answer->data.Find("derived", &derived)) facts.derived = derived.kind() == json::Kind::kTrue;
  if (facts.latest < 1) return Unexpected("latest_version");
  const std::lock_guard lock(mutex_);
  derived_ = facts.derived;
  return facts;
}

absl::StatusOr<std::vector<std::string>> VaultKeyProvider::Ids() const {
  SYNCLINE_ASSIGN_OR_RETURN(const KeyFacts facts, ReadFacts());
  std::vector<std::string> ids;
  const std::int64_t oldest =
      std::max({facts.oldest, facts.latest - kVersionsNamedMax + 1, std::int64_t{1}});
  for (std::int64_t version = facts.latest; version >= oldest; --version) {
    ids.push_back(fmt::format("vault:{}:v{}", key_, version));
  }
  return ids;
}

bool VaultKeyProvider::Owns(std::string_view key_id) const {
  return key_id.starts_with(fmt::format("vault:{}:v", key_));
}

absl::StatusOr<bool> VaultKeyProvider::IsDerived() const {
  {
    const std::lock_guard lock(mutex_);
    if (derived_.has_value()) return *derived_;
  }
  SYNCLINE_ASSIGN_OR_RETURN(const KeyFacts facts, ReadFacts());
  return facts.derived;
}

absl::StatusOr<std::string> VaultKeyProvider::BodyOf(std::string_view name, std::string_view value,
                                                     std::string_view context) const {
  SYNCLINE_ASSIGN_OR_RETURN(const bool derived, IsDerived());
  const std::string encoded = secret::EncodeBase64(context);
  // Nothing in it needs an escape: base64, and ciphertexts that VersionOf has seen.
  return fmt::format(R"({{"{}":"{}","associated_data":"{}"{}}})", name, value, encoded,
                     derived ? fmt::format(R"(,"context":"{}")", encoded) : "");
}

absl::StatusOr<secret::WrappedKey> VaultKeyProvider::Wrap(const secret::Secret& data_key,
                                                          std::string_view context) const {
  const secret::Secret encoded(secret::EncodeBase64(data_key.Reveal()));
  SYNCLINE_ASSIGN_OR_RETURN(std::string body, BodyOf("plaintext", encoded.Reveal(), context));
  const auto answer = vault_.Post(fmt::format("{}/encrypt/{}", mount_, key_), std::move(body));
  if (!answer.ok()) return KeyUnavailable(answer.status());
  const std::string_view ciphertext = TextAt(answer->data, "ciphertext");
  const std::string_view version = VersionOf(ciphertext);
  if (version.empty()) return Unexpected("a ciphertext");
  return secret::WrappedKey{fmt::format("vault:{}:v{}", key_, version), std::string(ciphertext)};
}

absl::StatusOr<secret::Secret> VaultKeyProvider::Unwrap(const secret::WrappedKey& wrapped,
                                                        std::string_view context) const {
  // The id must be that of the bytes: it says under which version they open.
  const bool fits = wrapped.key_id == fmt::format("vault:{}:v{}", key_, VersionOf(wrapped.bytes));
  if (!fits) return secret::SealedSecretCorrupt();
  const std::string place = PlaceOf(wrapped, context);
  if (std::optional<secret::Secret> held = cache_.Find(place); held.has_value()) {
    return *std::move(held);
  }
  SYNCLINE_ASSIGN_OR_RETURN(std::string body, BodyOf("ciphertext", wrapped.bytes, context));
  const auto answer = vault_.Post(fmt::format("{}/decrypt/{}", mount_, key_), std::move(body));
  if (!answer.ok()) {
    return IsAltered(answer.status()) ? secret::SealedSecretCorrupt()
                                      : KeyUnavailable(answer.status());
  }
  std::optional<std::string> bytes = secret::DecodeBase64(TextAt(answer->data, "plaintext"));
  if (!bytes.has_value() || bytes->empty()) return Unexpected("a plaintext");
  secret::Secret data_key(*std::move(bytes));
  cache_.Put(place, data_key);
  return data_key;
}

}  // namespace syncline::credential
