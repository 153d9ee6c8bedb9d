#include "secret/keyring.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/status.h"
#include "secret/aes_gcm.h"
#include "secret/digest.h"
#include "secret/key_file.h"
#include "secret/random_bytes.h"

namespace syncline::secret {
namespace {

using base::Reason;

bool IsKeyId(std::string_view id) {
  return !id.empty() && id.size() <= Keyring::kKeyIdBytesMax && std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
}

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

absl::Status Wrong(std::string_view what) {
  return base::Error(Reason::kConfigurationInvalid, what);
}

}  // namespace

absl::Status Keyring::ParseLine(std::string_view line, std::vector<Key>* keys) {
  const std::size_t space = line.find_first_of(" \t");
  const std::string_view id = line.substr(0, space);
  if (space == std::string_view::npos || !IsKeyId(id)) {
    return Wrong(
        "expected \"<key id> <base64 of 32 bytes>\", the id of letters, digits, '-', '_' and '.'");
  }
  std::optional<std::string> bytes = DecodeBase64(Trim(line.substr(space)));
  Secret key(bytes.has_value() ? *std::move(bytes) : std::string());
  if (key.Reveal().size() != kAesKeyBytes)
    return Wrong("the key is not base64 of exactly 32 bytes");
  if (std::ranges::find(*keys, id, &Key::id) != keys->end())
    return Wrong("the key id stands there twice");
  if (keys->size() == kKeyCountMax) return Wrong(fmt::format("more than {} keys", kKeyCountMax));
  keys->push_back({std::string(id), std::move(key)});
  return absl::OkStatus();
}

absl::StatusOr<Keyring> Keyring::Parse(std::string_view text) {
  std::vector<Key> keys;
  int number = 0;
  while (!text.empty()) {
    ++number;
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = Trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;
    if (const absl::Status status = ParseLine(line, &keys); !status.ok()) {
      return Wrong(fmt::format("keyring, line {}: {}", number, base::MessageOf(status)));
    }
  }
  if (keys.empty()) return Wrong("the keyring holds no key");
  return Keyring(std::move(keys));
}

absl::StatusOr<Keyring> Keyring::Load(const std::string& path) {
  SYNCLINE_ASSIGN_OR_RETURN(const Secret text, ReadKeyFile(path, kFileBytesMax));
  return Parse(text.Reveal());
}

const Secret* Keyring::Find(std::string_view id) const {
  const auto found = std::ranges::find(keys_, id, &Key::id);
  return found == keys_.end() ? nullptr : &found->key;
}

absl::StatusOr<std::vector<std::string>> Keyring::Ids() const {
  std::vector<std::string> ids;
  for (const Key& key : keys_) ids.push_back(key.id);
  return ids;
}

absl::StatusOr<WrappedKey> Keyring::Wrap(const Secret& data_key, std::string_view context) const {
  const Key& active = keys_.front();
  SYNCLINE_ASSIGN_OR_RETURN(std::string bytes, SealAesGcm(active.key, data_key.Reveal(), context));
  return WrappedKey{active.id, std::move(bytes)};
}

absl::StatusOr<Secret> Keyring::Unwrap(const WrappedKey& wrapped, std::string_view context) const {
  const Secret* const key = Find(wrapped.key_id);
  if (key == nullptr) return KeyMissing(wrapped.key_id);
  std::optional<Secret> data_key = OpenAesGcm(*key, wrapped.bytes, context);
  if (!data_key.has_value()) return SealedSecretCorrupt();
  return *std::move(data_key);
}

absl::Status GenerateKeyring(const std::string& path, std::string_view key_id) {
  if (!IsKeyId(key_id)) return Wrong("the key id is not of letters, digits, '-', '_' and '.'");
  SYNCLINE_ASSIGN_OR_RETURN(const Secret key, RandomBytes(kAesKeyBytes));
  const Secret encoded(EncodeBase64(key.Reveal()));
  return WriteNewKeyFile(
      path,
      Secret(fmt::format("# Syncline keyring: the first key seals, all of them open. Keep a copy:\n"
                         "# without it no stored credential can be read again.\n{} {}\n",
                         key_id, encoded.Reveal())));
}

}  // namespace syncline::secret
