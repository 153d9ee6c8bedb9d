#include "auth/aws_endpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace syncline::auth {
namespace {

constexpr std::string_view kGlobalRegion = "us-east-1";

std::vector<std::string_view> LabelsOf(std::string_view host) {
  std::vector<std::string_view> labels;
  while (true) {
    const std::size_t end = std::min(host.find('.'), host.size());
    labels.push_back(host.substr(0, end));
    if (end == host.size()) return labels;
    host.remove_prefix(end + 1);
  }
}

bool IsLowerAlpha(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= 'a' && c <= 'z'; });
}

// "eu-west-1", "us-gov-east-1", "us-iso-east-1": two letters, words, one digit.
bool IsRegion(std::string_view label) {
  const std::size_t last = label.rfind('-');
  if (last == std::string_view::npos || last + 2 != label.size()) return false;
  if (label.back() < '1' || label.back() > '9') return false;
  std::string_view words = label.substr(0, last);
  const std::size_t first = words.find('-');
  if (first != 2 || !IsLowerAlpha(words.substr(0, first))) return false;
  words.remove_prefix(first + 1);
  while (!words.empty()) {
    const std::size_t end = std::min(words.find('-'), words.size());
    if (!IsLowerAlpha(words.substr(0, end))) return false;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return true;
}

// The signing name where the host's differs.
std::string SigningName(std::string_view label) {
  if (label.ends_with("-fips")) label.remove_suffix(std::string_view("-fips").size());
  if (label.starts_with("fips-")) label.remove_prefix(std::string_view("fips-").size());
  constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"email", "ses"},
      {"queue", "sqs"},
      {"lambda-url", "lambda"},
      {"s3-control", "s3"},
      {"s3-accesspoint", "s3"},
      {"bedrock-runtime", "bedrock"},
      {"bedrock-agent", "bedrock"},
      {"bedrock-agent-runtime", "bedrock"}};
  for (const auto& [host_name, name] : kNames) {
    if (label == host_name) return std::string(name);
  }
  return std::string(label);
}

// What stands before the region names the service, except where the service follows it.
std::optional<AwsScope> WithRegion(const std::vector<std::string_view>& labels, std::size_t at) {
  const std::string region(labels[at]);
  if (at + 1 < labels.size()) {  // "search-x.eu-west-1.es"
    return AwsScope{region, SigningName(labels[at + 1])};
  }
  if (at > 0 && labels[at - 1] == "dualstack") --at;
  if (at == 0) return std::nullopt;
  return AwsScope{region, SigningName(labels[at - 1])};
}

std::optional<AwsScope> WithoutRegion(std::string_view last, std::string_view before_last,
                                      bool in_china) {
  // "s3-eu-west-1", as S3 once named its endpoints.
  if (last.starts_with("s3-") && IsRegion(last.substr(3))) {
    return AwsScope{std::string(last.substr(3)), "s3"};
  }
  if (last == "us-gov" && !before_last.empty()) {
    return AwsScope{"us-gov-west-1", SigningName(before_last)};
  }
  return AwsScope{std::string(in_china ? "cn-north-1" : kGlobalRegion), SigningName(last)};
}

}  // namespace

std::optional<AwsScope> AwsScopeOfHost(std::string_view host) {
  const bool in_china = host.ends_with(".amazonaws.com.cn");
  std::string_view name;
  for (const std::string_view suffix :
       {".amazonaws.com.cn", ".amazonaws.com", ".api.aws", ".on.aws"}) {
    if (!host.ends_with(suffix)) continue;
    name = host.substr(0, host.size() - suffix.size());
    break;
  }
  if (name.empty()) return std::nullopt;
  const std::vector<std::string_view> labels = LabelsOf(name);
  if (std::ranges::any_of(labels, &std::string_view::empty)) return std::nullopt;
  // The last one: a bucket may be called like a region.
  for (std::size_t i = labels.size(); i-- > 0;) {
    if (IsRegion(labels[i])) return WithRegion(labels, i);
  }
  return WithoutRegion(labels.back(), labels.size() > 1 ? labels[labels.size() - 2] : "", in_china);
}

std::string AwsStsUrl(std::string_view region) {
  if (region.empty()) region = kGlobalRegion;
  return fmt::format("https://sts.{}.amazonaws.com{}", region,
                     region.starts_with("cn-") ? ".cn" : "");
}

}  // namespace syncline::auth
