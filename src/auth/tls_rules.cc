#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <string_view>

#include "auth/sign_in_check.h"
#include "secret/certificate.h"

namespace syncline::auth {
namespace {

constexpr std::size_t kPemBytesMax = 64 * 1024;

std::string DayOf(std::chrono::sys_seconds time) {
  return fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

// The dates of a field's certificates, if they can be read.
std::optional<secret::CertificateDates> CheckPem(std::string_view pem, std::string_view field,
                                                 const SignInCheck& check) {
  if (pem.size() > kPemBytesMax) {
    check.Add(field, fmt::format("is longer than {} bytes", kPemBytesMax));
    return std::nullopt;
  }
  const auto dates = secret::ReadCertificates(pem);
  if (dates.ok()) return *dates;
  check.Add(field, base::MessageOf(dates.status()));
  return std::nullopt;
}

void CheckClient(const v1::TlsSettings& tls, const SignInCheck& check) {
  const auto dates = CheckPem(tls.client_certificate(), "tls.clientCertificate", check);
  if (dates.has_value() && dates->first_end <= check.now()) {
    check.Add("tls.clientCertificate",
              fmt::format("ended on {}; give one that is still good", DayOf(dates->first_end)));
  }
  check.CheckSecret("tls.client_key", "tls.clientKey", true, SignInCheck::Where::kAnywhere);
  const secret::Secret* const key = check.Given("tls.client_key");
  if (key == nullptr || key->empty() || !dates.has_value()) return;
  const absl::Status fits = secret::CheckKeyFits(tls.client_certificate(), *key);
  if (!fits.ok()) check.Add("tls.clientKey", base::MessageOf(fits));
}

}  // namespace

void CheckTls(const v1::TlsSettings& tls, const SignInCheck& check) {
  const bool has_key = check.HasSecret("tls.client_key");
  if (tls.ca_certificates().empty() && tls.client_certificate().empty() && !has_key) {
    check.Add("tls", "set caCertificates, or clientCertificate with clientKey, or leave it out");
  }
  if (!tls.ca_certificates().empty()) {
    const auto dates = CheckPem(tls.ca_certificates(), "tls.caCertificates", check);
    if (dates.has_value() && dates->latest_end <= check.now()) {
      check.Add("tls.caCertificates",
                fmt::format("ended on {}, all of them", DayOf(dates->latest_end)));
    }
  }
  if (!tls.client_certificate().empty()) {
    CheckClient(tls, check);
  } else if (has_key) {
    check.Add("tls.clientCertificate", "is required beside clientKey");
  }
}

}  // namespace syncline::auth
