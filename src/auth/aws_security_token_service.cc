#include "auth/aws_security_token_service.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>

#include "auth/scrub.h"
#include "base/status.h"
#include "xml/document.h"

namespace syncline::auth {
namespace {

constexpr std::string_view kResult = "AssumeRoleResponse/AssumeRoleResult/Credentials/";
constexpr std::size_t kMessageBytesMax = 512;

std::string Form(const v1::AwsRole& role) {
  const std::string session = role.session_name().empty() ? "syncline" : role.session_name();
  std::string form = fmt::format(
      "Action=AssumeRole&Version=2011-06-15&RoleArn={}&RoleSessionName={}&DurationSeconds={}",
      http::PercentEncode(role.arn()), http::PercentEncode(session), AwsRoleDuration(role).count());
  if (!role.external_id().empty()) {
    form += fmt::format("&ExternalId={}", http::PercentEncode(role.external_id()));
  }
  return form;
}

// One line that may be shown.
std::string Shown(std::string text) {
  text.resize(std::min(text.size(), kMessageBytesMax));
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  return text;
}

absl::Status Refused(const v1::AwsRole& role, std::string_view code, std::string_view message) {
  return base::Error(base::Reason::kSignInFailed,
                     fmt::format("The role {} could not be assumed: {}{}{}", role.arn(), code,
                                 code.empty() || message.empty() ? "" : ": ", message),
                     {{"role", role.arn()}, {"code", std::string(code)}});
}

// What passes by itself and is worth another try.
bool IsTransient(int status, std::string_view code) {
  return status == 429 || status >= 500 || code == "Throttling" || code == "ThrottlingException" ||
         code == "ServiceUnavailable";
}

// What the message does not say: how to put it right.
std::string_view RemedyOf(std::string_view code) {
  if (code == "AccessDenied") {
    return " (the role must trust the one who asks, with the external id that it demands)";
  }
  if (code == "ExpiredToken") return " (store keys that are still good)";
  if (code == "InvalidClientTokenId") return " (aws.accessKeyId is unknown to AWS, or disabled)";
  if (code == "RegionDisabledException") return " (set aws.stsUrl to a region that is enabled)";
  return "";
}

// A service that is none of AWS's might repeat what it was sent (I5).
std::string Scrubbed(std::string text, const AwsKeys& keys) {
  return ScrubSecret(ScrubSecret(std::move(text), keys.secret_access_key.Reveal()),
                     keys.session_token.Reveal());
}

absl::Status ReadRefusal(const v1::AwsRole& role, const AwsKeys& keys,
                         const http::Response& answer) {
  std::string code;
  std::string message;
  if (const auto document = xml::Document::Parse(answer.body); document.ok()) {
    code = Shown(Scrubbed(document->Text("ErrorResponse/Error/Code").value_or(""), keys));
    message = Shown(Scrubbed(document->Text("ErrorResponse/Error/Message").value_or(""), keys));
  }
  if (IsTransient(answer.status, code)) {
    return base::Error(base::Reason::kVendorUnreachable,
                       fmt::format("The Security Token Service of AWS cannot answer now: {} {}",
                                   answer.status, code));
  }
  if (code.empty()) {
    return Refused(
        role, "",
        fmt::format("the service answered {} and no error that can be read", answer.status));
  }
  return Refused(role, code, message + std::string(RemedyOf(code)));
}

// "2026-01-01T01:00:00Z".
std::optional<std::chrono::sys_seconds> ParseExpiration(std::string_view text) {
  const auto number = [&](std::size_t at, std::size_t size) {
    int value = -1;
    if (at + size > text.size()) return value;
    const char* const end = text.data() + at + size;
    return std::from_chars(text.data() + at, end, value).ptr == end ? value : -1;
  };
  if (text.size() < 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' ||
      text[16] != ':' || text.back() != 'Z') {
    return std::nullopt;
  }
  const std::chrono::year_month_day date(std::chrono::year(number(0, 4)),
                                         std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                         std::chrono::day(static_cast<unsigned>(number(8, 2))));
  if (!date.ok() || number(11, 2) < 0 || number(14, 2) < 0 || number(17, 2) < 0) {
    return std::nullopt;
  }
  return std::chrono::sys_days(date) + std::chrono::hours(number(11, 2)) +
         std::chrono::minutes(number(14, 2)) + std::chrono::seconds(number(17, 2));
}

absl::StatusOr<AwsGrant> ReadGrant(const v1::AwsRole& role, const http::Response& answer) {
  const auto document = xml::Document::Parse(answer.body);
  if (!document.ok()) return Refused(role, "", base::MessageOf(document.status()));
  const auto text = [&](std::string_view name) {
    return document->Text(std::string(kResult) + std::string(name)).value_or("");
  };
  AwsGrant grant{.keys = {.access_key_id = text("AccessKeyId"),
                          .secret_access_key = secret::Secret(text("SecretAccessKey")),
                          .session_token = secret::Secret(text("SessionToken"))}};
  const auto expiration = ParseExpiration(text("Expiration"));
  if (grant.keys.access_key_id.empty() || grant.keys.secret_access_key.empty() ||
      grant.keys.session_token.empty() || !expiration.has_value() ||
      !http::IsHeaderValue(grant.keys.access_key_id) ||
      !http::IsHeaderValue(grant.keys.session_token.Reveal())) {
    return Refused(role, "", "the service's answer holds no usable credentials");
  }
  grant.expire_time = *expiration;
  return grant;
}

}  // namespace

std::chrono::seconds AwsRoleDuration(const v1::AwsRole& role) {
  return role.has_duration() ? std::chrono::seconds(role.duration().seconds())
                             : std::chrono::hours(1);
}

absl::StatusOr<http::Response> AwsSecurityTokenService::Ask(const v1::AwsRole& role,
                                                            const AwsKeys& keys,
                                                            std::stop_token stop) {
  http::Request request{.method = http::Method::kPost, .url = url_, .body = Form(role)};
  request.headers.Add("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
  SignForAws(&request, keys, {region_, "sts"}, clocks_.Now(url_.host));
  return transport_.Send(request, {.total_timeout = kTimeout, .body_bytes_max = kAnswerBytesMax},
                         stop);
}

absl::StatusOr<AwsGrant> AwsSecurityTokenService::AssumeRole(const v1::AwsRole& role,
                                                             const AwsKeys& keys,
                                                             const AllowedHosts& hosts,
                                                             std::stop_token stop) {
  SYNCLINE_RETURN_IF_ERROR(hosts.Check(url_));
  base::Time asked = clock_.Now();
  SYNCLINE_ASSIGN_OR_RETURN(http::Response answer, Ask(role, keys, stop));
  if (clocks_.Learn(url_.host, answer)) {
    asked = clock_.Now();
    SYNCLINE_ASSIGN_OR_RETURN(answer, Ask(role, keys, stop));
  }
  if (answer.status != 200) return ReadRefusal(role, keys, answer);
  SYNCLINE_ASSIGN_OR_RETURN(AwsGrant grant, ReadGrant(role, answer));
  // From the service's clock to ours; and never longer than what was asked for, so that a wrong
  // clock that nobody has noticed yet cannot keep keys past their end.
  const auto offset = clocks_.Now(url_.host) - clock_.Now();
  grant.expire_time = std::min(grant.expire_time - offset, asked + AwsRoleDuration(role));
  return grant;
}

}  // namespace syncline::auth
