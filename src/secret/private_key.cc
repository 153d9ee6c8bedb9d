#include "secret/private_key.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <string_view>

#include "base/status.h"

namespace syncline::secret {
namespace {

// Encrypted keys are refused before; should one slip through, nobody is asked at a terminal.
int NoPassword(char*, int, int, void*) { return -1; }

bool Holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// What people paste by mistake, or "" when nothing of it is seen.
std::string_view CommonMistake(std::string_view text) {
  if (Holds(text, "BEGIN ENCRYPTED PRIVATE KEY") || Holds(text, "Proc-Type: 4,ENCRYPTED")) {
    return "is encrypted with a password; decrypt it first, e.g. with \"openssl pkey\"";
  }
  if (Holds(text, "BEGIN OPENSSH PRIVATE KEY")) {
    return "is a key of OpenSSH; give PKCS #8 in PEM, e.g. of \"ssh-keygen -p -m PKCS8\"";
  }
  if (Holds(text, "PRIVATE KEY-----")) {
    if (Holds(text, "\\n")) {
      return R"(holds the two characters \n where lines end; give real line breaks)";
    }
    if (!Holds(text, "\n")) return "has lost its line breaks; give the PEM text as the file has it";
    return "";
  }
  if (Holds(text, "BEGIN CERTIFICATE")) return "is a certificate; give its private key";
  if (Holds(text, "PUBLIC KEY-----")) return "is a public key; give the private one";
  return "is no private key in PEM; it begins with \"-----BEGIN PRIVATE KEY-----\"";
}

}  // namespace

absl::StatusOr<std::shared_ptr<evp_pkey_st>> ReadPrivateKey(const Secret& pem) {
  const std::string_view text = pem.Reveal();
  const auto wrong = [](std::string_view what) {
    return base::Error(base::Reason::kInvalidArgument, what);
  };
  if (const std::string_view mistake = CommonMistake(text); !mistake.empty()) return wrong(mistake);
  const std::unique_ptr<BIO, int (*)(BIO*)> bio(
      BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free);
  if (bio == nullptr) return base::Error(base::Reason::kInternal, "no memory to read a key");
  std::shared_ptr<EVP_PKEY> key(PEM_read_bio_PrivateKey(bio.get(), nullptr, NoPassword, nullptr),
                                EVP_PKEY_free);
  ERR_clear_error();  // may name parts of the text
  if (key == nullptr) {
    return wrong(
        "cannot be read: it is cut off, altered or of an unknown kind; give the PEM text "
        "as the file has it");
  }
  return key;
}

}  // namespace syncline::secret
