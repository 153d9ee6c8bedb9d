#include "secret/signature.h"

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <array>
#include <optional>

#include "base/status.h"
#include "secret/digest.h"
#include "secret/private_key.h"

namespace syncline::secret {
namespace {

constexpr int kP256Bytes = 32;  // of r and of s

struct Free {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(ECDSA_SIG* signature) const { ECDSA_SIG_free(signature); }
};
using Context = std::unique_ptr<EVP_MD_CTX, Free>;
using EcdsaSignature = std::unique_ptr<ECDSA_SIG, Free>;

absl::Status Wrong(std::string_view what) {
  return base::Error(base::Reason::kInvalidArgument, what);
}

const unsigned char* In(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* Out(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

absl::Status CheckRsa(SignatureAlgorithm algorithm, const EVP_PKEY* key) {
  const int kind = EVP_PKEY_get_base_id(key);
  const bool fits =
      kind == EVP_PKEY_RSA || (kind == EVP_PKEY_RSA_PSS && algorithm == SignatureAlgorithm::kPs256);
  if (!fits) {
    return Wrong(fmt::format("is no RSA key, which {} needs", AlgorithmName(algorithm)));
  }
  const int bits = EVP_PKEY_get_bits(key);
  if (bits < SigningKey::kRsaBitsMin || bits > SigningKey::kRsaBitsMax) {
    return Wrong(fmt::format("has {} bits; an RSA key needs {} to {}", bits,
                             SigningKey::kRsaBitsMin, SigningKey::kRsaBitsMax));
  }
  return absl::OkStatus();
}

absl::Status CheckP256(EVP_PKEY* key) {
  std::array<char, 64> curve{};
  std::size_t size = 0;
  const bool fits = EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
                    EVP_PKEY_get_group_name(key, curve.data(), curve.size(), &size) == 1 &&
                    std::string_view(curve.data(), size) == "prime256v1";
  if (!fits) return Wrong("is no elliptic curve key on P-256 (prime256v1), which ES256 needs");
  return absl::OkStatus();
}

// The padding of PS256; nothing to set for the others.
bool SetPadding(SignatureAlgorithm algorithm, EVP_PKEY_CTX* context) {
  return algorithm != SignatureAlgorithm::kPs256 ||
         (EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
          EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1);
}

// From ASN.1 to r and s of fixed width.
std::optional<std::string> RawOf(std::string_view der) {
  const unsigned char* at = In(der);
  const EcdsaSignature signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  if (signature == nullptr) return std::nullopt;
  std::string raw(2 * kP256Bytes, '\0');
  const bool fits =
      BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), Out(raw), kP256Bytes) == kP256Bytes &&
      BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), Out(raw) + kP256Bytes, kP256Bytes) ==
          kP256Bytes;
  if (!fits) return std::nullopt;
  return raw;
}

std::optional<std::string> DerOf(std::string_view raw) {
  if (raw.size() != 2 * kP256Bytes) return std::nullopt;
  const EcdsaSignature signature(ECDSA_SIG_new());
  BIGNUM* r = BN_bin2bn(In(raw), kP256Bytes, nullptr);
  BIGNUM* s = BN_bin2bn(In(raw) + kP256Bytes, kP256Bytes, nullptr);
  if (signature == nullptr || ECDSA_SIG_set0(signature.get(), r, s) != 1) {  // takes both over
    BN_free(r);
    BN_free(s);
    return std::nullopt;
  }
  std::string der(static_cast<std::size_t>(i2d_ECDSA_SIG(signature.get(), nullptr)), '\0');
  unsigned char* to = Out(der);
  i2d_ECDSA_SIG(signature.get(), &to);
  return der;
}

}  // namespace

std::string_view AlgorithmName(SignatureAlgorithm algorithm) {
  switch (algorithm) {
    case SignatureAlgorithm::kRs256: return "RS256";
    case SignatureAlgorithm::kPs256: return "PS256";
    case SignatureAlgorithm::kEs256: return "ES256";
    case SignatureAlgorithm::kHs256: break;
  }
  return "HS256";
}

absl::StatusOr<SigningKey> SigningKey::Make(SignatureAlgorithm algorithm, const Secret& key) {
  SigningKey made(algorithm);
  const std::size_t size = key.Reveal().size();
  if (size > kKeyBytesMax) {
    return Wrong(fmt::format("has {} bytes; at most {} are allowed", size, kKeyBytesMax));
  }
  if (algorithm == SignatureAlgorithm::kHs256) {
    if (size < kHmacBytesMin) {
      return Wrong(fmt::format("has {} bytes; HS256 needs at least {}", size, kHmacBytesMin));
    }
    made.shared_ = key.Clone();
    return made;
  }
  SYNCLINE_ASSIGN_OR_RETURN(made.pair_, ReadPrivateKey(key));
  SYNCLINE_RETURN_IF_ERROR(algorithm == SignatureAlgorithm::kEs256
                               ? CheckP256(made.pair_.get())
                               : CheckRsa(algorithm, made.pair_.get()));
  return made;
}

absl::StatusOr<std::string> SigningKey::Sign(std::string_view bytes) const {
  if (pair_ == nullptr) return HmacSha256(shared_.Reveal(), bytes);
  const Context context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* details = nullptr;  // owned by `context`
  std::size_t size = static_cast<std::size_t>(EVP_PKEY_get_size(pair_.get()));
  std::string signature(size, '\0');
  const bool is_signed =
      context != nullptr &&
      EVP_DigestSignInit(context.get(), &details, EVP_sha256(), nullptr, pair_.get()) == 1 &&
      SetPadding(algorithm_, details) &&
      EVP_DigestSign(context.get(), Out(signature), &size, In(bytes), bytes.size()) == 1;
  ERR_clear_error();
  const absl::Status failed =
      base::Error(base::Reason::kInternal, "a text could not be signed with the private key");
  if (!is_signed) return failed;
  signature.resize(size);
  if (algorithm_ != SignatureAlgorithm::kEs256) return signature;
  std::optional<std::string> raw = RawOf(signature);
  if (!raw.has_value()) return failed;
  return *std::move(raw);
}

bool SigningKey::Verify(std::string_view bytes, std::string_view signature) const {
  if (pair_ == nullptr) return ConstantTimeEqual(HmacSha256(shared_.Reveal(), bytes), signature);
  const std::optional<std::string> given = algorithm_ == SignatureAlgorithm::kEs256
                                               ? DerOf(signature)
                                               : std::optional<std::string>(signature);
  const Context context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* details = nullptr;
  const bool good =
      given.has_value() && context != nullptr &&
      EVP_DigestVerifyInit(context.get(), &details, EVP_sha256(), nullptr, pair_.get()) == 1 &&
      SetPadding(algorithm_, details) &&
      EVP_DigestVerify(context.get(), In(*given), given->size(), In(bytes), bytes.size()) == 1;
  ERR_clear_error();
  return good;
}

}  // namespace syncline::secret
