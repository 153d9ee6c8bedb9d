#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>

#include "absl/status/statusor.h"
#include "auth/oauth2_client.h"
#include "auth/token_grant.h"
#include "secret/secret.h"

// A person enters a code at another device (RFC 8628). How it is used:
//
//   auto device = BeginDeviceAuthorization(**client, stop);
//   … show device->user_code and device->verification_uri; then, until device->lifetime is over:
//   … wait for `interval` (at first device->interval), then
//   auto poll = PollDeviceAuthorization(**client, device->device_code, interval, stop);
//   … poll->tokens: store them, done. Absent: go on with interval = poll->interval.

namespace syncline::auth {

struct DeviceAuthorization {
  secret::Secret device_code;             // for polling
  std::string user_code;                  // to be entered by the person …
  std::string verification_uri;           // … here
  std::string verification_uri_complete;  // the same with the code in it; may be empty
  std::chrono::seconds lifetime{0};       // of both codes
  std::chrono::seconds interval{0};       // to wait before each poll
};

struct DevicePoll {
  std::optional<GrantedTokens> tokens;  // absent: the person is not done yet
  std::chrono::seconds interval{0};     // to wait before the next poll
};

inline constexpr std::chrono::seconds kPollIntervalDefault{5};  // RFC 8628 3.2
inline constexpr std::chrono::seconds kSlowDown{5};             // RFC 8628 3.5
inline constexpr std::chrono::seconds kPollIntervalMax{300};
inline constexpr std::chrono::seconds kDeviceLifetimeMax{std::chrono::hours(1)};

// RFC 8628 3.1. SIGN_IN_FAILED when nothing names the endpoint or its answer lacks something; the
// errors of TokenGrant::Obtain.
absl::StatusOr<DeviceAuthorization> BeginDeviceAuthorization(OAuth2Client& client,
                                                             std::stop_token stop);

// One poll. authorization_pending keeps the interval, slow_down adds kSlowDown, a provider that
// cannot be reached doubles it (RFC 8628 3.5), at most to kPollIntervalMax. REAUTH_REQUIRED ends
// it: the person refused (access_denied) or the code ran out (expired_token); the other errors of
// TokenGrant::Obtain end it too.
absl::StatusOr<DevicePoll> PollDeviceAuthorization(OAuth2Client& client,
                                                   const secret::Secret& device_code,
                                                   std::chrono::seconds interval,
                                                   std::stop_token stop);

}  // namespace syncline::auth
