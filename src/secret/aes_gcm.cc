#include "secret/aes_gcm.h"

#include <openssl/evp.h>

#include <memory>

#include "base/status.h"
#include "secret/random_bytes.h"

namespace syncline::secret {
namespace {

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

const unsigned char* In(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* Out(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }
int Size(std::string_view bytes) { return static_cast<int>(bytes.size()); }

}  // namespace

absl::StatusOr<std::string> SealAesGcm(const Secret& key, std::string_view plaintext,
                                       std::string_view associated_data) {
  SYNCLINE_ASSIGN_OR_RETURN(const Secret nonce, RandomBytes(kGcmNonceBytes));
  const Context context(EVP_CIPHER_CTX_new());
  std::string ciphertext(plaintext.size(), '\0');
  std::string tag(kGcmTagBytes, '\0');
  int written = 0;
  const bool sealed =
      context != nullptr && key.Reveal().size() == kAesKeyBytes &&
      EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, In(key.Reveal()),
                         In(nonce.Reveal())) == 1 &&
      EVP_EncryptUpdate(context.get(), nullptr, &written, In(associated_data),
                        Size(associated_data)) == 1 &&
      EVP_EncryptUpdate(context.get(), Out(ciphertext), &written, In(plaintext), Size(plaintext)) ==
          1 &&
      EVP_EncryptFinal_ex(context.get(), Out(tag), &written) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kGcmTagBytes, tag.data()) == 1;
  if (!sealed) return base::Error(base::Reason::kInternal, "a secret could not be sealed");
  return std::string(nonce.Reveal()) + ciphertext + tag;
}

std::optional<Secret> OpenAesGcm(const Secret& key, std::string_view sealed,
                                 std::string_view associated_data) {
  if (sealed.size() < kGcmNonceBytes + kGcmTagBytes) return std::nullopt;
  const std::string_view nonce = sealed.substr(0, kGcmNonceBytes);
  std::string tag(sealed.substr(sealed.size() - kGcmTagBytes));
  const std::string_view ciphertext =
      sealed.substr(kGcmNonceBytes, sealed.size() - kGcmNonceBytes - kGcmTagBytes);
  const Context context(EVP_CIPHER_CTX_new());
  std::string plaintext(ciphertext.size(), '\0');
  int written = 0;
  const bool opened =
      context != nullptr && key.Reveal().size() == kAesKeyBytes &&
      EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, In(key.Reveal()), In(nonce)) ==
          1 &&
      EVP_DecryptUpdate(context.get(), nullptr, &written, In(associated_data),
                        Size(associated_data)) == 1 &&
      EVP_DecryptUpdate(context.get(), Out(plaintext), &written, In(ciphertext),
                        Size(ciphertext)) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kGcmTagBytes, tag.data()) == 1 &&
      EVP_DecryptFinal_ex(context.get(), nullptr, &written) == 1;
  Secret secret(
      std::move(plaintext));  // wiped on either way: it holds bytes even when the tag is wrong
  if (!opened) return std::nullopt;
  return secret;
}

}  // namespace syncline::secret
