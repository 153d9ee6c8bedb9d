#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "auth/known_secrets.h"
#include "auth/token_grant.h"
#include "base/clock.h"
#include "expression/expression.h"
#include "http/message.h"
#include "json/document.h"

namespace syncline::auth {

// Where a token endpoint's answer has what: JMESPath over its body. Absent = where RFC 6749 5.1
// puts it.
struct TokenAnswerFields {
  std::optional<expression::Expression> access_token;
  std::optional<expression::Expression> refresh_token;
  std::optional<expression::Expression> expires_in;
  std::optional<std::chrono::seconds> lifetime;  // when the answer does not say
};

// Words of a provider for a message: control characters become blanks, and what is longer is cut at
// a character's border.
std::string ShownText(std::string_view text, std::size_t bytes_max);

// What an endpoint of a provider answered. Immutable.
class OAuth2Answer {
 public:
  static constexpr std::size_t kBodyBytesMax = std::size_t{1} << 20;
  static constexpr std::size_t kTokenBytesMax = 64 * 1024;
  static constexpr std::size_t kShownBytesMax = 300;  // of the provider's own words

  // `now` is what Retry-After counts from.
  OAuth2Answer(http::Url asked, http::Response response, base::Time now);

  // A status of success, and a body that is a JSON object without `error`. A 200 that carries one
  // is an error.
  bool ok() const { return is_success() && body_ != nullptr && !HasError(); }
  bool is_success() const { return response_.status >= 200 && response_.status < 300; }
  int status() const { return response_.status; }
  // `error` (RFC 6749 5.2), e.g. "invalid_grant"; empty when there is none.
  const std::string& error() const { return error_; }

  // Precondition: ok().
  json::Node body() const { return body_->root(); }
  // A text member; empty when absent.
  std::string_view Text(std::string_view name) const;
  // A number of seconds, written as number or text; fractions are cut. Absent or null: nullopt.
  // SIGN_IN_FAILED for anything else.
  absl::StatusOr<std::optional<std::chrono::seconds>> Seconds(std::string_view name) const;

  // Why it is no success, with the provider's `error` and description, scrubbed and cut.
  // Precondition: !ok(). REAUTH_REQUIRED for what a person must mend at the provider (invalid_grant
  // and OpenID's *_required); VENDOR_THROTTLED (429, slow_down), VENDOR_ERROR (408, 5xx,
  // server_error, temporarily_unavailable), with Retry-After if the provider says so;
  // SIGN_IN_FAILED for everything else.
  absl::Status ToError(const KnownSecrets& known) const;

  // RFC 6749 5.1. The error of ToError; SIGN_IN_FAILED when the answer has no access token, or one
  // that cannot be used.
  absl::StatusOr<GrantedTokens> ToTokens(const TokenAnswerFields& fields,
                                         const KnownSecrets& known) const;

 private:
  bool HasError() const;
  absl::Status Wrong(std::string_view what) const;
  std::string Description(const KnownSecrets& known) const;
  absl::StatusOr<std::string> TextAt(const std::optional<expression::Expression>& where,
                                     std::string_view name) const;

  http::Url asked_;
  http::Response response_;
  std::shared_ptr<const json::Document> body_;  // null = no JSON object
  std::string error_;
  std::optional<std::chrono::milliseconds> retry_after_;
};

}  // namespace syncline::auth
