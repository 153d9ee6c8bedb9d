#include "secret/certificate.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <ctime>
#include <memory>

#include "base/status.h"
#include "secret/private_key.h"

namespace syncline::secret {
namespace {

struct BioDeleter {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
struct X509Deleter {
  void operator()(X509* x509) const { X509_free(x509); }
};
using BioPointer = std::unique_ptr<BIO, BioDeleter>;
using X509Pointer = std::unique_ptr<X509, X509Deleter>;

constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";

absl::Status Wrong(std::string_view what) {
  return base::Error(base::Reason::kInvalidArgument, what);
}

BioPointer Open(std::string_view text) {
  return BioPointer(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// The next one; null at the end, and where something cannot be read.
X509Pointer ReadNext(BIO* bio) {
  X509Pointer x509(PEM_read_bio_X509(bio, nullptr, nullptr, nullptr));
  ERR_clear_error();
  return x509;
}

std::chrono::sys_seconds TimeOf(const ASN1_TIME* time) {
  std::tm fields{};
  if (ASN1_TIME_to_tm(time, &fields) != 1) return {};
  const std::chrono::year_month_day day(
      std::chrono::year(fields.tm_year + 1900),
      std::chrono::month(static_cast<unsigned>(fields.tm_mon + 1)),
      std::chrono::day(static_cast<unsigned>(fields.tm_mday)));
  return std::chrono::sys_days(day) + std::chrono::hours(fields.tm_hour) +
         std::chrono::minutes(fields.tm_min) + std::chrono::seconds(fields.tm_sec);
}

int CountOf(std::string_view text, std::string_view part) {
  int count = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos;
       at = text.find(part, at + part.size())) {
    ++count;
  }
  return count;
}

}  // namespace

absl::StatusOr<CertificateDates> ReadCertificates(std::string_view pem) {
  if (pem.find("PRIVATE KEY-----") != std::string_view::npos) {
    return Wrong("holds a private key, which is secret; give certificates alone");
  }
  const int announced = CountOf(pem, kBegin);
  if (announced == 0) {
    return Wrong("is no certificate in PEM; it begins with \"-----BEGIN CERTIFICATE-----\"");
  }
  const BioPointer bio = Open(pem);
  CertificateDates dates;
  for (X509Pointer x509 = ReadNext(bio.get()); x509 != nullptr; x509 = ReadNext(bio.get())) {
    const auto end = TimeOf(X509_get0_notAfter(x509.get()));
    if (++dates.count == 1) {
      dates.first_begin = TimeOf(X509_get0_notBefore(x509.get()));
      dates.first_end = end;
    }
    dates.latest_end = dates.count == 1 ? end : std::max(dates.latest_end, end);
  }
  if (dates.count == announced) return dates;
  return Wrong(
      "holds a certificate that cannot be read: it is cut off or altered, or its line breaks were "
      "lost; give the PEM text as the file has it");
}

absl::Status CheckKeyFits(std::string_view pem, const Secret& key) {
  SYNCLINE_ASSIGN_OR_RETURN(const std::shared_ptr<EVP_PKEY> private_key, ReadPrivateKey(key));
  const BioPointer bio = Open(pem);
  const X509Pointer x509 = ReadNext(bio.get());
  const bool fits = x509 != nullptr && X509_check_private_key(x509.get(), private_key.get()) == 1;
  ERR_clear_error();
  if (fits) return absl::OkStatus();
  return Wrong(
      "is not the key of the first certificate; give the key that the certificate was made for, "
      "and the client's own certificate before those of its authorities");
}

}  // namespace syncline::secret
