#include "secret/secret.h"

#include <openssl/crypto.h>

namespace syncline::secret {
namespace {

// The whole buffer: a short string keeps its bytes inside the object after a move or a clear.
void Wipe(std::string& bytes) {
  bytes.resize(bytes.capacity());  // stays within the buffer
  OPENSSL_cleanse(bytes.data(), bytes.size());
  bytes.clear();
}

}  // namespace

Secret::Secret(std::string bytes) {
  bytes_.swap(bytes);
  Wipe(bytes);
}

Secret::Secret(Secret&& other) noexcept {
  bytes_.swap(other.bytes_);
  Wipe(other.bytes_);
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this == &other) return *this;
  Wipe(bytes_);
  bytes_.swap(other.bytes_);
  Wipe(other.bytes_);
  return *this;
}

Secret::~Secret() { Wipe(bytes_); }

Secret Secret::Clone() const { return Secret(bytes_); }

}  // namespace syncline::secret
