#include "auth/oauth2_device.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/status.h"

namespace syncline::auth {
namespace {

using std::chrono::seconds;

constexpr const char* kGrantType = "urn:ietf:params:oauth:grant-type:device_code";
constexpr std::size_t kShownTextBytesMax = 2048;

absl::Status Incomplete(std::string_view member) {
  return base::Error(base::Reason::kSignInFailed,
                     fmt::format("The provider began a device authorization without {}.", member));
}

// What people are shown: not unbounded, and nothing that a terminal would obey.
bool IsShowable(std::string_view text) {
  return text.size() <= kShownTextBytesMax && http::IsHeaderValue(text);
}

}  // namespace

absl::StatusOr<DeviceAuthorization> BeginDeviceAuthorization(OAuth2Client& client,
                                                             std::stop_token stop) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const OAuth2Answer answer,
      client.Post(OAuth2Endpoint::kDeviceAuthorization, client.definition().Targets(true),
                  client.Deadline(), std::move(stop)));
  if (!answer.ok()) return answer.ToError(*client.known_secrets());
  DeviceAuthorization device;
  device.device_code = secret::Secret(std::string(answer.Text("device_code")));
  device.user_code = answer.Text("user_code");
  device.verification_uri = answer.Text("verification_uri");
  // Older servers wrote it so.
  if (device.verification_uri.empty()) device.verification_uri = answer.Text("verification_url");
  device.verification_uri_complete = answer.Text("verification_uri_complete");
  if (device.device_code.empty()) return Incomplete("device_code");
  if (device.user_code.empty()) return Incomplete("user_code");
  if (!http::Url::Parse(device.verification_uri).ok()) return Incomplete("a verification_uri");
  for (const std::string* text :
       {&device.user_code, &device.verification_uri, &device.verification_uri_complete}) {
    if (!IsShowable(*text)) return Incomplete("texts that can be shown");
  }
  SYNCLINE_ASSIGN_OR_RETURN(const auto lifetime, answer.Seconds("expires_in"));
  if (!lifetime.has_value() || *lifetime <= seconds(0)) return Incomplete("expires_in");
  device.lifetime = std::min(*lifetime, kDeviceLifetimeMax);
  SYNCLINE_ASSIGN_OR_RETURN(const auto interval, answer.Seconds("interval"));
  device.interval =
      std::clamp(interval.value_or(kPollIntervalDefault), seconds(1), kPollIntervalMax);
  client.known_secrets()->AddObtained(device.device_code);
  return device;
}

absl::StatusOr<DevicePoll> PollDeviceAuthorization(OAuth2Client& client,
                                                   const secret::Secret& device_code,
                                                   std::chrono::seconds interval,
                                                   std::stop_token stop) {
  client.known_secrets()->AddObtained(device_code);
  OAuth2Fields fields = {{"grant_type", kGrantType},
                         {"device_code", std::string(device_code.Reveal())}};
  // A public client names itself by client_id, which its authentication adds.
  for (auto& target : client.definition().Targets(false)) fields.push_back(std::move(target));
  const auto answer =
      client.Post(OAuth2Endpoint::kToken, std::move(fields), client.Deadline(), std::move(stop));
  const auto later = [](seconds wait) {
    return DevicePoll{.interval = std::min(wait, kPollIntervalMax)};
  };
  if (!answer.ok()) {
    const base::Reason reason = base::ReasonOf(answer.status());
    const bool may_pass =
        reason == base::Reason::kVendorTimeout || reason == base::Reason::kVendorUnreachable;
    if (may_pass) return later(interval * 2);
    return answer.status();
  }
  if (answer->error() == "authorization_pending") return later(interval);
  if (answer->error() == "slow_down") return later(interval + kSlowDown);
  if (answer->error() == "expired_token") {
    return base::Error(base::Reason::kReauthRequired,
                       "The code ran out before anybody entered it; begin anew");
  }
  if (answer->error() == "access_denied") {
    return base::Error(base::Reason::kReauthRequired, "The authorization was refused; begin anew");
  }
  SYNCLINE_ASSIGN_OR_RETURN(
      GrantedTokens tokens,
      answer->ToTokens(client.definition().answer_fields(), *client.known_secrets()));
  client.known_secrets()->AddObtained(tokens.access_token);
  client.known_secrets()->AddObtained(tokens.refresh_token);
  return DevicePoll{.tokens = std::move(tokens)};
}

}  // namespace syncline::auth
