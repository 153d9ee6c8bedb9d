#pragma once

#include <memory>
#include <vector>

#include "secret/key_provider.h"

namespace syncline::secret {

// Several providers as one: the first wraps, all unwrap what is theirs, so that keys can move from
// one provider to another while everything stays readable. Immutable, safe for concurrent use.
class KeyChain final : public KeyProvider {
 public:
  // At least one.
  explicit KeyChain(std::vector<std::unique_ptr<const KeyProvider>> providers)
      : providers_(std::move(providers)) {}

  // Fails when one of the providers cannot be reached.
  absl::StatusOr<std::vector<std::string>> Ids() const override;
  bool Owns(std::string_view key_id) const override { return OwnerOf(key_id) != nullptr; }
  absl::StatusOr<WrappedKey> Wrap(const Secret& data_key, std::string_view context) const override;
  absl::StatusOr<Secret> Unwrap(const WrappedKey& wrapped, std::string_view context) const override;

 private:
  const KeyProvider* OwnerOf(std::string_view key_id) const;

  const std::vector<std::unique_ptr<const KeyProvider>> providers_;
};

}  // namespace syncline::secret
