#pragma once

#include <chrono>
#include <stop_token>

#include "absl/status/statusor.h"
#include "auth/allowed_hosts.h"
#include "auth/aws_clocks.h"
#include "auth/aws_signature.h"
#include "base/clock.h"
#include "http/transport.h"
#include "syncline/v1/aws_authentication.pb.h"

namespace syncline::auth {

// Keys that end.
struct AwsGrant {
  AwsKeys keys;
  base::Time expire_time;  // by this machine's clock
};

// Of a role: given, or one hour.
std::chrono::seconds AwsRoleDuration(const v1::AwsRole& role);

// AWS's Security Token Service: assumes roles. Owned by one authenticator, used by one thread at a
// time; a call is one request, or two when the first taught it the time.
class AwsSecurityTokenService {
 public:
  static constexpr std::chrono::seconds kTimeout{20};
  static constexpr std::size_t kAnswerBytesMax = std::size_t{256} << 10;

  // The references must outlive this. `region` signs.
  AwsSecurityTokenService(http::Transport& transport, const base::Clock& clock, AwsClocks& clocks,
                          http::Url url, std::string region)
      : transport_(transport),
        clock_(clock),
        clocks_(clocks),
        url_(std::move(url)),
        region_(std::move(region)) {}

  // The keys of `role`, asked for with `keys` (docs.aws.amazon.com, AssumeRole; a form by POST).
  // HOST_NOT_ALLOWED before anything goes out; SIGN_IN_FAILED names the role and the code of the
  // service, also in the metadata `role` and `code`; VENDOR_UNREACHABLE when the service cannot
  // answer now, and the other errors of the transport.
  absl::StatusOr<AwsGrant> AssumeRole(const v1::AwsRole& role, const AwsKeys& keys,
                                      const AllowedHosts& hosts, std::stop_token stop);

 private:
  absl::StatusOr<http::Response> Ask(const v1::AwsRole& role, const AwsKeys& keys,
                                     std::stop_token stop);

  http::Transport& transport_;
  const base::Clock& clock_;
  AwsClocks& clocks_;
  const http::Url url_;
  const std::string region_;
};

}  // namespace syncline::auth
