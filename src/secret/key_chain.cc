#include "secret/key_chain.h"

#include "base/status.h"

namespace syncline::secret {

absl::StatusOr<std::vector<std::string>> KeyChain::Ids() const {
  std::vector<std::string> ids;
  for (const auto& provider : providers_) {
    SYNCLINE_ASSIGN_OR_RETURN(const std::vector<std::string> some, provider->Ids());
    ids.insert(ids.end(), some.begin(), some.end());
  }
  return ids;
}

absl::StatusOr<WrappedKey> KeyChain::Wrap(const Secret& data_key, std::string_view context) const {
  return providers_.front()->Wrap(data_key, context);
}

absl::StatusOr<Secret> KeyChain::Unwrap(const WrappedKey& wrapped, std::string_view context) const {
  const KeyProvider* const owner = OwnerOf(wrapped.key_id);
  if (owner == nullptr) return KeyMissing(wrapped.key_id);
  return owner->Unwrap(wrapped, context);
}

const KeyProvider* KeyChain::OwnerOf(std::string_view key_id) const {
  for (const auto& provider : providers_) {
    if (provider->Owns(key_id)) return provider.get();
  }
  return nullptr;
}

}  // namespace syncline::secret
