#include "auth/validate_credential.h"

#include <fmt/format.h>

#include <string_view>

#include "auth/allowed_hosts.h"
#include "base/status.h"
#include "http/message.h"

namespace syncline::auth {
namespace {

constexpr std::size_t kDisplayNameBytesMax = 255;
constexpr std::size_t kSecretBytesMax = 16 * 1024;
constexpr std::size_t kNameBytesMax = 255;

// Headers that the transport or the request's shape decides; a token there breaks the request.
bool IsTransportHeader(std::string_view name) {
  for (const std::string_view reserved :
       {"host", "content-length", "transfer-encoding", "connection", "content-type", "te",
        "accept-encoding", "upgrade", "expect"}) {
    if (http::EqualsIgnoringCase(name, reserved)) return true;
  }
  return false;
}

void CheckHosts(const v1::Credential& credential, base::FieldViolations* violations) {
  const int count = credential.allowed_hosts_size();
  if (count == 0 && credential.kind_case() != v1::Credential::kNone) {
    violations->Add("allowedHosts",
                    "name at least one host that the secret may be sent to, e.g. "
                    "\"api.vendor.example\"");
  }
  if (count > AllowedHosts::kCountMax) {
    violations->Add("allowedHosts",
                    fmt::format("has {} entries; at most {}", count, AllowedHosts::kCountMax));
    return;
  }
  for (int i = 0; i < count; ++i) {
    std::string mistake = AllowedHostMistake(credential.allowed_hosts(i));
    if (!mistake.empty()) violations->Add(fmt::format("allowedHosts[{}]", i), std::move(mistake));
  }
}

void CheckSecret(const SecretMap& given, const char* path, const char* field, bool in_header,
                 base::FieldViolations* violations) {
  const auto found = given.find(path);
  if (found == given.end()) return;
  if (found->second.Reveal().size() > kSecretBytesMax) {
    violations->Add(field, fmt::format("is longer than {} bytes", kSecretBytesMax));
  }
  if (in_header && !http::IsHeaderValue(found->second.Reveal())) {
    violations->Add(field,
                    "holds a control character, which no header may carry; a line break at the end "
                    "of a file is a common cause");
  }
}

void CheckBasic(const v1::BasicAuthentication& basic, const SecretMap& given,
                base::FieldViolations* violations) {
  if (basic.username().empty()) violations->Add("basic.username", "is required");
  if (basic.username().find(':') != std::string::npos) {
    violations->Add("basic.username", "must not hold a colon (RFC 7617)");
  }
  if (!http::IsHeaderValue(basic.username())) {
    violations->Add("basic.username", "must not hold control characters");
  }
  CheckSecret(given, "basic.password", "basic.password", true, violations);
}

void CheckApiToken(const v1::ApiTokenAuthentication& token, const SecretMap& given,
                   const std::set<std::string>& stored, base::FieldViolations* violations) {
  const bool in_header = token.place_case() == v1::ApiTokenAuthentication::kHeader;
  if (in_header) {
    if (!http::IsHeaderName(token.header()) || token.header().size() > kNameBytesMax) {
      violations->Add(
          "apiToken.header",
          "is no header name (RFC 9110 5.6.2), e.g. \"Authorization\" or \"X-Api-Key\"");
    } else if (IsTransportHeader(token.header())) {
      violations->Add("apiToken.header", "cannot carry a token: the request sets it itself");
    }
    if (!http::IsHeaderValue(token.prefix())) {
      violations->Add("apiToken.prefix", "must not hold control characters");
    }
  } else if (token.place_case() == v1::ApiTokenAuthentication::kQuery) {
    if (token.query().empty() || token.query().size() > kNameBytesMax) {
      violations->Add("apiToken.query", "is the name of a query parameter, 1 to 255 bytes");
    }
  } else {
    violations->Add("apiToken", "set header or query: where the token goes");
  }
  const auto found = given.find("api_token.token");
  if (found != given.end() ? found->second.empty() : stored.count("api_token.token") == 0) {
    violations->Add(
        "apiToken.token",
        "is required when the credential is new, changes its kind or its allowed hosts");
  }
  CheckSecret(given, "api_token.token", "apiToken.token", in_header, violations);
}

}  // namespace

absl::Status ValidateCredential(const v1::Credential& credential, const SecretMap& given,
                                const std::set<std::string>& stored) {
  base::FieldViolations violations;
  if (credential.display_name().size() > kDisplayNameBytesMax) {
    violations.Add("displayName", fmt::format("is longer than {} bytes", kDisplayNameBytesMax));
  }
  CheckHosts(credential, &violations);
  switch (credential.kind_case()) {
    case v1::Credential::kNone: break;
    case v1::Credential::kBasic: CheckBasic(credential.basic(), given, &violations); break;
    case v1::Credential::kApiToken:
      CheckApiToken(credential.api_token(), given, stored, &violations);
      break;
    case v1::Credential::KIND_NOT_SET:
      violations.Add("kind", "set one of none, basic, apiToken");
      break;
  }
  return violations.ToStatus();
}

}  // namespace syncline::auth
