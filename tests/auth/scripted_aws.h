#pragma once

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "auth/aws_canonical_request.h"
#include "auth/aws_signature.h"
#include "base/clock.h"
#include "http/transport.h"
#include "secret/digest.h"

namespace syncline::test {

// AWS as far as a sign-in sees it, as a transport: a Security Token Service on hosts "sts.…", a
// vendor's list on all others. Every signature is computed anew from the request and the keys that
// were issued, and what does not match is refused as AWS refuses it. Its clock may differ from
// ours. Safe for concurrent use.
class ScriptedAws final : public http::Transport {
 public:
  // Answers signed requests for the list; `account` is the ARN of the role whose keys signed, or
  // "own".
  using List = std::function<http::Response(const http::Request&, const std::string& account)>;

  static constexpr const char* kKeyId = "AKIDEXAMPLE";
  static constexpr const char* kSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

  ScriptedAws(const base::Clock& clock, List list) : clock_(clock), list_(std::move(list)) {
    keys_[kKeyId] = {kSecret, "", "own", base::Time::max()};
  }

  // Set before requests come.
  std::map<std::string, std::pair<std::string, int>> refused;  // role: code and status
  std::map<std::string, std::string> external_ids;             // role: what it demands
  std::chrono::seconds offset{0};                              // of its clock

  // Keys that roles yielded so far are called expired.
  void ExpireKeys() {
    const std::lock_guard lock(mutex_);
    for (auto& [id, key] : keys_) {
      if (key.account != "own") key.expire_time = Now();
    }
  }
  // "ROLE by ACCOUNT as SESSION for SECONDS; …".
  std::string assumed() const {
    const std::lock_guard lock(mutex_);
    return assumed_;
  }
  int request_count() const {
    const std::lock_guard lock(mutex_);
    return request_count_;
  }

  absl::StatusOr<http::Response> Send(const http::Request& request, const http::TransportLimits&,
                                      std::stop_token) override {
    const std::lock_guard lock(mutex_);
    ++request_count_;
    http::Response answer;
    const std::string account = Verify(request, &answer);
    if (!account.empty()) {
      answer =
          request.url.host.starts_with("sts.") ? Assume(request, account) : list_(request, account);
    }
    answer.headers.Add("Date", fmt::format("{:%a, %d %b %Y %H:%M:%S GMT}", Broken(Now())));
    return answer;
  }

 private:
  struct Issued {
    std::string secret;
    std::string token;
    std::string account;
    base::Time expire_time;
  };

  static std::tm Broken(base::Time time) {
    return fmt::gmtime(std::chrono::system_clock::to_time_t(time));
  }
  base::Time Now() const { return clock_.Now() + offset; }

  static http::Response Refusal(const std::string& code, int status) {
    return {.status = status,
            .body = fmt::format(
                "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error>"
                "<Type>Sender</Type><Code>{}</Code><Message>refused: {}</Message></Error>"
                "<RequestId>1</RequestId></ErrorResponse>",
                code, code)};
  }

  // What stands between `begin` and `end` in `text`.
  static std::string Between(std::string_view text, std::string_view begin, std::string_view end) {
    const std::size_t at = text.find(begin);
    if (at == std::string_view::npos) return "";
    text.remove_prefix(at + begin.size());
    return std::string(text.substr(0, text.find(end)));
  }

  // The account, or "" and the refusal.
  std::string Verify(const http::Request& request, http::Response* refusal) const {
    const std::string given(request.headers.Find("Authorization").value_or(""));
    const std::string timestamp(request.headers.Find("X-Amz-Date").value_or(""));
    const auto key = keys_.find(Between(given, "Credential=", "/"));
    if (key == keys_.end()) {
      *refusal = Refusal("InvalidClientTokenId", 403);
      return "";
    }
    const auto& [secret, token, account, expire_time] = key->second;
    const auto skew = std::chrono::minutes(5);
    if (timestamp < auth::AwsTimestamp(Now() - skew) ||
        timestamp > auth::AwsTimestamp(Now() + skew)) {
      *refusal = Refusal("SignatureDoesNotMatch", 403);
      return "";
    }
    if (request.headers.Find("X-Amz-Security-Token").value_or("") != token) {
      *refusal = Refusal("InvalidClientTokenId", 403);
      return "";
    }
    if (Now() >= expire_time) {
      *refusal = Refusal("ExpiredToken", 403);
      return "";
    }
    const std::string scope_text = Between(given, "Credential=", ",");
    const std::string day_and_scope = scope_text.substr(scope_text.find('/') + 1);
    const std::string region = Between(day_and_scope, "/", "/");
    const auth::AwsScope scope{region, Between(day_and_scope, region + "/", "/")};
    http::Headers headers = request.headers;
    headers.Add("Host", request.url.origin().substr(request.url.scheme.size() + 3));
    const auth::AwsCanonicalRequest canonical = auth::CanonicalizeForAws(
        http::MethodName(request.method), request.url.path, request.url.query, headers,
        secret::EncodeHex(secret::Sha256(request.body)), auth::AwsRulesOf(scope.service));
    const std::string expected = auth::AwsAuthorization(
        key->first, timestamp, scope, canonical.signed_headers,
        auth::AwsSignature(secret::Secret(secret), timestamp, scope,
                           auth::AwsStringToSign(timestamp, scope, canonical.text)));
    if (given == expected) return account;
    *refusal = Refusal("SignatureDoesNotMatch", 403);
    return "";
  }

  http::Response Assume(const http::Request& request, const std::string& account) {
    const auto field = [&](const std::string& name) {
      std::string text = Between("&" + request.body, "&" + name + "=", "&");
      for (const auto& [escape, plain] : {std::pair("%3A", ":"), {"%2F", "/"}}) {
        for (std::size_t at = text.find(escape); at != std::string::npos; at = text.find(escape)) {
          text.replace(at, 3, plain);
        }
      }
      return text;
    };
    const std::string role = field("RoleArn");
    const int duration = std::stoi(field("DurationSeconds"));
    if (const auto found = refused.find(role); found != refused.end()) {
      return Refusal(found->second.first, found->second.second);
    }
    const auto demanded = external_ids.find(role);
    if (demanded != external_ids.end() && field("ExternalId") != demanded->second) {
      return Refusal("AccessDenied", 403);
    }
    assumed_ += fmt::format("{}{} by {} as {} for {}", assumed_.empty() ? "" : "; ", role, account,
                            field("RoleSessionName"), duration);
    const std::string id = fmt::format("ASIA{}", keys_.size());
    const Issued issued{"secret/of+" + id, "token/of+" + id + "==", role,
                        Now() + std::chrono::seconds(duration)};
    keys_[id] = issued;
    return {.status = 200,
            .body = fmt::format(
                "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
                "<AssumeRoleResult><Credentials><AccessKeyId>{}</AccessKeyId>"
                "<SecretAccessKey>{}</SecretAccessKey><SessionToken>{}</SessionToken>"
                "<Expiration>{:%Y-%m-%dT%H:%M:%SZ}</Expiration></Credentials></AssumeRoleResult>"
                "</AssumeRoleResponse>",
                id, issued.secret, issued.token, Broken(issued.expire_time))};
  }

  const base::Clock& clock_;
  const List list_;
  mutable std::mutex mutex_;
  std::map<std::string, Issued> keys_;  // by access key id
  std::string assumed_;
  int request_count_ = 0;
};

}  // namespace syncline::test
