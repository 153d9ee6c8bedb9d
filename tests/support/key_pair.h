#pragma once

#include <string>

namespace syncline::test {

// A fresh RSA key of 2048 bits, PKCS #8 in PEM, and a certificate that it signed for itself.
struct KeyPair {
  std::string private_key;
  std::string certificate;
};
KeyPair MakeKeyPair();
// A fresh key on the curve P-256, PKCS #8 in PEM.
std::string MakeEcKey();

}  // namespace syncline::test
