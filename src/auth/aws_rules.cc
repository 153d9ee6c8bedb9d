#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "auth/aws_endpoint.h"
#include "auth/aws_security_token_service.h"
#include "auth/sign_in_check.h"
#include "http/message.h"

namespace syncline::auth {
namespace {

constexpr int kChainMax = 8;
constexpr int kRolesMax = 256;
constexpr std::size_t kKeyIdBytesMax = 128;
constexpr std::size_t kScopeBytesMax = 64;
constexpr std::size_t kArnBytesMax = 2048;
constexpr std::chrono::seconds kDurationMin = std::chrono::minutes(15);
constexpr std::chrono::seconds kDurationMax = std::chrono::hours(12);
constexpr std::chrono::seconds kChainedDurationMax = std::chrono::hours(1);

// Letters, digits, underscore and `others`.
bool IsWord(std::string_view text, std::string_view others) {
  return std::ranges::all_of(text, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           others.find(c) != std::string_view::npos;
  });
}

bool IsScopePart(std::string_view text) {
  return text.size() <= kScopeBytesMax && IsWord(text, "-") && http::ToLowerCase(text) == text;
}

// "arn:aws:iam::123456789012:role/path/name", in any partition.
bool IsRoleArn(std::string_view arn) {
  if (arn.size() > kArnBytesMax || !arn.starts_with("arn:aws")) return false;
  arn.remove_prefix(std::string_view("arn:").size());
  const std::size_t partition = arn.find(':');
  if (partition == std::string_view::npos || !IsWord(arn.substr(0, partition), "-")) return false;
  arn.remove_prefix(partition);
  constexpr std::string_view kIam = ":iam::";
  constexpr std::string_view kRole = ":role/";
  constexpr std::size_t kAccountDigits = 12;
  if (!arn.starts_with(kIam)) return false;
  arn.remove_prefix(kIam.size());
  const std::string_view account = arn.substr(0, kAccountDigits);
  const bool digits = std::ranges::all_of(account, [](char c) { return c >= '0' && c <= '9'; });
  if (account.size() != kAccountDigits || !digits) return false;
  arn.remove_prefix(kAccountDigits);
  if (!arn.starts_with(kRole)) return false;
  arn.remove_prefix(kRole.size());
  return !arn.empty() && arn.back() != '/' && IsWord(arn, "+=,.@/-");
}

// Length and characters as AssumeRole demands them.
bool IsBetween(std::string_view text, std::size_t min, std::size_t max, std::string_view others) {
  return text.empty() || (text.size() >= min && text.size() <= max && IsWord(text, others));
}

void CheckDuration(const v1::AwsRole& role, bool chained, const std::string& field,
                   const SignInCheck& check) {
  if (!role.has_duration()) return;
  const std::chrono::seconds duration(role.duration().seconds());
  if (role.duration().nanos() != 0 || duration < kDurationMin || duration > kDurationMax) {
    check.Add(field, "is whole seconds from 15 minutes to 12 hours");
  } else if (chained && duration > kChainedDurationMax) {
    check.Add(field, "is at most 1 hour for a role that is assumed with another role's keys");
  }
}

void CheckRole(const v1::AwsRole& role, bool chained, const std::string& field,
               const SignInCheck& check) {
  if (!IsRoleArn(role.arn())) {
    check.Add(field + ".arn", "is no role's name, e.g. \"arn:aws:iam::123456789012:role/reader\"");
  }
  if (!IsBetween(role.external_id(), 2, 1224, "+=,.@:/-")) {
    check.Add(field + ".externalId", "is 2 to 1224 letters, digits and _+=,.@:/-");
  }
  if (!IsBetween(role.session_name(), 2, 64, "+=,.@-")) {
    check.Add(field + ".sessionName", "is 2 to 64 letters, digits and _+=,.@-");
  }
  CheckDuration(role, chained, field + ".duration", check);
}

void CheckRoles(const v1::AwsAuthentication& aws, const SignInCheck& check) {
  if (aws.role_chain_size() > kChainMax) {
    check.Add("aws.roleChain",
              fmt::format("has {} roles; at most {}", aws.role_chain_size(), kChainMax));
  }
  for (int i = 0; i < std::min(aws.role_chain_size(), kChainMax); ++i) {
    CheckRole(aws.role_chain(i), i > 0, fmt::format("aws.roleChain[{}]", i), check);
  }
  if (aws.roles_size() > kRolesMax) {
    check.Add("aws.roles", fmt::format("has {} roles; at most {}", aws.roles_size(), kRolesMax));
  }
  std::set<std::string_view> arns;
  for (int i = 0; i < std::min(aws.roles_size(), kRolesMax); ++i) {
    const std::string field = fmt::format("aws.roles[{}]", i);
    CheckRole(aws.roles(i), aws.role_chain_size() > 0, field, check);
    if (!arns.insert(aws.roles(i).arn()).second) {
      check.Add(field + ".arn", "stands in the list before; every role is walked once");
    }
  }
  if (aws.include_own_account() && aws.roles().empty()) {
    check.Add("aws.includeOwnAccount", "has no meaning without roles; leave it out");
  }
}

// Where the roles are assumed; nothing without roles.
void CheckSts(const v1::AwsAuthentication& aws, const SignInCheck& check) {
  const bool given = !aws.sts_url().empty();
  if (!given && !IsScopePart(aws.region())) return;  // named already
  const auto url = http::Url::Parse(given ? aws.sts_url() : AwsStsUrl(aws.region()));
  if (!url.ok()) return check.AddStatus("aws.stsUrl", url.status());
  if (!url->query.empty()) check.Add("aws.stsUrl", "must have no query");
  if (!aws.role_chain().empty() || !aws.roles().empty()) check.CheckHost("aws.stsUrl", *url);
}

// Region and service are given, or every host tells them.
void CheckScope(const v1::AwsAuthentication& aws, const SignInCheck& check) {
  for (const auto& [field, text] :
       {std::pair("aws.region", aws.region()), {"aws.service", aws.service()}}) {
    if (!IsScopePart(text)) {
      check.Add(field, "is lower-case letters, digits and hyphens, e.g. \"eu-west-1\", \"iam\"");
    }
  }
  if (!aws.region().empty() && !aws.service().empty()) return;
  const auto sts = http::Url::Parse(aws.sts_url());
  for (const std::string& entry : check.credential().allowed_hosts()) {
    const auto url = http::Url::Parse(fmt::format("https://{}", entry));
    if (!url.ok() || AwsScopeOfHost(url->host).has_value()) continue;
    if (sts.ok() && sts->host == url->host) continue;
    check.Add(aws.region().empty() ? "aws.region" : "aws.service",
              fmt::format("is required: the allowed host {} is not named as AWS's are, so it does "
                          "not tell it",
                          entry));
    return;
  }
}

}  // namespace

void CheckAws(const v1::AwsAuthentication& aws, const SignInCheck& check) {
  if (aws.access_key_id().empty()) {
    check.Add("aws.accessKeyId", "is required");
  } else if (aws.access_key_id().size() > kKeyIdBytesMax || !IsWord(aws.access_key_id(), "")) {
    check.Add("aws.accessKeyId", "is letters, digits and underscores, at most 128");
  }
  check.CheckSecret("aws.secret_access_key", "aws.secretAccessKey", true,
                    SignInCheck::Where::kHeader);
  check.CheckSecret("aws.session_token", "aws.sessionToken", false, SignInCheck::Where::kHeader);
  CheckScope(aws, check);
  CheckRoles(aws, check);
  CheckSts(aws, check);
}

}  // namespace syncline::auth
