#include "tests/support/key_pair.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

namespace syncline::test {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Text = std::unique_ptr<BIO, decltype(&BIO_free)>;

std::string Drain(BIO* text) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(text, &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

std::string PrivateKeyOf(EVP_PKEY* key) {
  const Text text(BIO_new(BIO_s_mem()), &BIO_free);
  PEM_write_bio_PKCS8PrivateKey(text.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return Drain(text.get());
}

}  // namespace

KeyPair MakeKeyPair() {
  const Key key(EVP_RSA_gen(2048), &EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), &X509_free);
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3'600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 86'400);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME* const name = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("client"), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  const Text text(BIO_new(BIO_s_mem()), &BIO_free);
  PEM_write_bio_X509(text.get(), certificate.get());
  return {PrivateKeyOf(key.get()), Drain(text.get())};
}

std::string MakeEcKey() {
  const Key key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  return PrivateKeyOf(key.get());
}

}  // namespace syncline::test
