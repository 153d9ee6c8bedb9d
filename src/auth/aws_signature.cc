#include "auth/aws_signature.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>

#include "auth/aws_canonical_request.h"
#include "secret/digest.h"

namespace syncline::auth {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

std::string ScopeText(std::string_view timestamp, const AwsScope& scope) {
  return fmt::format("{}/{}/{}/aws4_request", timestamp.substr(0, 8), scope.region, scope.service);
}

secret::Secret Derive(const secret::Secret& key, std::string_view text) {
  return secret::Secret(secret::HmacSha256(key.Reveal(), text));
}

// As the transport writes it: without the scheme's own port.
std::string HostHeader(const http::Url& url) {
  return url.origin().substr(url.scheme.size() + std::string_view("://").size());
}

}  // namespace

AwsKeys AwsKeys::Clone() const {
  return {access_key_id, secret_access_key.Clone(), session_token.Clone()};
}

std::string AwsTimestamp(base::Time time) {
  const std::time_t seconds =
      std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(time));
  return fmt::format("{:%Y%m%dT%H%M%SZ}", fmt::gmtime(seconds));
}

std::string AwsStringToSign(std::string_view timestamp, const AwsScope& scope,
                            std::string_view canonical_request) {
  return fmt::format("{}\n{}\n{}\n{}", kAlgorithm, timestamp, ScopeText(timestamp, scope),
                     secret::EncodeHex(secret::Sha256(canonical_request)));
}

std::string AwsSignature(const secret::Secret& secret_access_key, std::string_view timestamp,
                         const AwsScope& scope, std::string_view string_to_sign) {
  secret::Secret key(fmt::format("AWS4{}", secret_access_key.Reveal()));
  for (const std::string_view part :
       {timestamp.substr(0, 8), std::string_view(scope.region), std::string_view(scope.service),
        std::string_view("aws4_request")}) {
    key = Derive(key, part);
  }
  return secret::EncodeHex(secret::HmacSha256(key.Reveal(), string_to_sign));
}

std::string AwsAuthorization(std::string_view access_key_id, std::string_view timestamp,
                             const AwsScope& scope, std::string_view signed_headers,
                             std::string_view signature) {
  return fmt::format("{} Credential={}/{}, SignedHeaders={}, Signature={}", kAlgorithm,
                     access_key_id, ScopeText(timestamp, scope), signed_headers, signature);
}

void SignForAws(http::Request* request, const AwsKeys& keys, const AwsScope& scope,
                base::Time time) {
  const AwsSigningRules rules = AwsRulesOf(scope.service);
  const std::string timestamp = AwsTimestamp(time);
  const std::string body_sha256 = secret::EncodeHex(secret::Sha256(request->body));
  MakeUnambiguous(&request->url);
  http::Headers& headers = request->headers;
  headers.Set("X-Amz-Date", timestamp);
  if (!keys.session_token.empty()) {
    headers.Set("X-Amz-Security-Token", std::string(keys.session_token.Reveal()));
  }
  if (rules.send_content_sha256) headers.Set("X-Amz-Content-Sha256", body_sha256);
  http::Headers sent = headers;
  if (!sent.Find("Host").has_value()) sent.Add("Host", HostHeader(request->url));
  const AwsCanonicalRequest canonical =
      CanonicalizeForAws(http::MethodName(request->method), request->url.path, request->url.query,
                         sent, body_sha256, rules);
  const std::string signature = AwsSignature(keys.secret_access_key, timestamp, scope,
                                             AwsStringToSign(timestamp, scope, canonical.text));
  headers.Set("Authorization", AwsAuthorization(keys.access_key_id, timestamp, scope,
                                                canonical.signed_headers, signature));
}

}  // namespace syncline::auth
