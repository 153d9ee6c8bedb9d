#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "secret/key_provider.h"
#include "secret/secret.h"

namespace syncline::secret {

// The key-encryption keys, read once at start from a file or from the environment. Lines of
// `<key id> <base64 of 32 bytes>`; empty lines and lines that begin with # are skipped; the first
// key is active (it seals), the others only open. Immutable, safe for concurrent use. Owned by the
// composition root. Waits for nothing.
class Keyring final : public KeyProvider {
 public:
  // KEY_UNAVAILABLE when the file cannot be read, belongs to somebody else or is open to others
  // (its mode must be 0400 or 0600); CONFIGURATION_INVALID, naming the line but never its content,
  // when it is not as above. A keyring without keys is an error: nothing runs unencrypted.
  static absl::StatusOr<Keyring> Load(const std::string& path);
  static absl::StatusOr<Keyring> Parse(std::string_view text);

  const std::string& active_id() const { return keys_.front().id; }
  absl::StatusOr<std::vector<std::string>> Ids() const override;
  bool Owns(std::string_view key_id) const override { return Find(key_id) != nullptr; }
  // AES-256-GCM over the data key: nonce | ciphertext | tag.
  absl::StatusOr<WrappedKey> Wrap(const Secret& data_key, std::string_view context) const override;
  absl::StatusOr<Secret> Unwrap(const WrappedKey& wrapped, std::string_view context) const override;

  static constexpr std::size_t kFileBytesMax = 64 * 1024;
  static constexpr std::size_t kKeyCountMax = 64;
  static constexpr std::size_t kKeyIdBytesMax = 64;

 private:
  struct Key {
    std::string id;
    Secret key;
  };
  // Null for an id that is not there.
  const Secret* Find(std::string_view id) const;
  static absl::Status ParseLine(std::string_view line, std::vector<Key>* keys);
  explicit Keyring(std::vector<Key> keys) : keys_(std::move(keys)) {}

  std::vector<Key> keys_;  // never empty
};

// Writes a new keyring file with one random key, mode 0400. Whole or not at all; an existing file
// is never touched: ALREADY_EXISTS. CONFIGURATION_INVALID when the folder cannot be written.
absl::Status GenerateKeyring(const std::string& path, std::string_view key_id);

}  // namespace syncline::secret
