#pragma once

#include <chrono>
#include <deque>
#include <mutex>
#include <optional>
#include <string>

#include "auth/allowed_hosts.h"
#include "auth/authenticator.h"
#include "auth/jwt_writer.h"
#include "auth/scrub.h"
#include "request/body_template.h"
#include "request/vars.h"

namespace syncline::auth {

// A JwtAuthentication without its key, compiled once. Immutable, safe for concurrent use.
struct JwtPlan {
  static constexpr std::chrono::seconds kLifetime{300};
  static constexpr std::chrono::seconds kLifetimeMax{3600};

  // INVALID_ARGUMENT with every mistake; fields are those of the message ("claims.sub").
  static absl::StatusOr<JwtPlan> Compile(const v1::JwtAuthentication& spec);

  request::Vars vars;
  std::optional<request::BodyTemplate> claims;  // there once compiled
  std::chrono::seconds lifetime = kLifetime;
  std::string header = "Authorization";
  std::string prefix = "Bearer ";
  JwtMembers jose_header;
};

// A JSON Web Token of its own for every try of every request.
class JwtAuthenticator final : public Authenticator {
 public:
  JwtAuthenticator(AllowedHosts hosts, JwtPlan plan, JwtWriter writer,
                   const secret::Secret& private_key, const Environment& environment);
  // Also TEMPLATE_VALUE_MISSING and EXPRESSION_* of the claims, INTERNAL when the key cannot sign.
  absl::Status Apply(http::Request& request, std::stop_token stop) override;
  bool NamesHost(const http::Url& url) const override { return hosts_.Contains(url); }
  void Strip(http::Url*) const override {}
  std::string Scrub(std::string text) const override;

 private:
  const AllowedHosts hosts_;
  const JwtPlan plan_;
  const JwtWriter writer_;
  const Environment environment_;
  // Tokens of the last requests: pages on their way may still repeat them, and exchanges that wait
  // to be redacted.
  static constexpr std::size_t kTokensKept = 32;
  Scrubber scrubber_;
  mutable std::mutex mutex_;
  std::deque<secret::Secret> tokens_;  // guarded by mutex_
};

}  // namespace syncline::auth
