#include "tests/support/test_authority.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace syncline::test {
namespace {

void AddExtension(X509* x509, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, x509, x509, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value);
  X509_add_ext(x509, extension, -1);
  X509_EXTENSION_free(extension);
}

// Neither issuer nor signature yet.
X509* MakeUnsigned(const std::string& name, EVP_PKEY* key, long serial,
                   std::chrono::seconds lifetime) {
  constexpr long kTwoDays = 2 * 24 * 3600;
  X509* const x509 = X509_new();
  X509_set_version(x509, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), serial);
  X509_gmtime_adj(X509_getm_notBefore(x509), -kTwoDays);
  X509_gmtime_adj(X509_getm_notAfter(x509), static_cast<long>(lifetime.count()));
  X509_set_pubkey(x509, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return x509;
}

template <typename Write>
std::string PemOf(Write write) {
  BIO* const bio = BIO_new(BIO_s_mem());
  write(bio);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string pem(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return pem;
}

}  // namespace

TestAuthority::TestAuthority(const std::string& name)
    : key_(EVP_EC_gen("P-256"), EVP_PKEY_free),
      x509_(MakeUnsigned(name, key_.get(), serial_++, std::chrono::hours(48)), X509_free) {
  X509_set_issuer_name(x509_.get(), X509_get_subject_name(x509_.get()));
  AddExtension(x509_.get(), NID_basic_constraints, "critical,CA:TRUE");
  X509_sign(x509_.get(), key_.get(), EVP_sha256());
}

TestAuthority::~TestAuthority() = default;

std::string TestAuthority::certificate() const {
  return PemOf([&](BIO* bio) { PEM_write_bio_X509(bio, x509_.get()); });
}

CertifiedKey TestAuthority::Issue(const std::string& name, std::chrono::seconds lifetime) {
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const std::unique_ptr<X509, void (*)(X509*)> x509(
      MakeUnsigned(name, key.get(), serial_++, lifetime), X509_free);
  X509_set_issuer_name(x509.get(), X509_get_subject_name(x509_.get()));
  AddExtension(x509.get(), NID_subject_alt_name, "IP:127.0.0.1");
  X509_sign(x509.get(), key_.get(), EVP_sha256());
  return {PemOf([&](BIO* bio) { PEM_write_bio_X509(bio, x509.get()); }), PemOf([&](BIO* bio) {
            PEM_write_bio_PKCS8PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
          })};
}

}  // namespace syncline::test
