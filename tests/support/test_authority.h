#pragma once

#include <chrono>
#include <memory>
#include <string>

typedef struct evp_pkey_st EVP_PKEY;
typedef struct x509_st X509;

namespace syncline::test {

// A certificate and its private key (PKCS #8), both in PEM.
struct CertifiedKey {
  std::string certificate;
  std::string key;
};

// A certificate authority of a test's own, with a fresh key on P-256. Not for concurrent use.
class TestAuthority {
 public:
  explicit TestAuthority(const std::string& name);
  ~TestAuthority();

  std::string certificate() const;  // PEM
  // For 127.0.0.1, good from two days ago until `lifetime` from now, which may be negative.
  CertifiedKey Issue(const std::string& name,
                     std::chrono::seconds lifetime = std::chrono::hours(24));

 private:
  std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key_;
  std::unique_ptr<X509, void (*)(X509*)> x509_;
  long serial_ = 1;
};

}  // namespace syncline::test
