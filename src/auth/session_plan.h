#pragma once

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "auth/session_scope.h"
#include "expression/expression.h"
#include "http/message.h"
#include "request/request_template.h"
#include "request/text_templates.h"
#include "syncline/v1/session_authentication.pb.h"

namespace syncline::auth {

// A SessionAuthentication, compiled once. Immutable, safe for concurrent use.
struct SessionPlan {
  static constexpr int kStepsMax = 8;
  static constexpr std::size_t kCapturesMax = 32;
  static constexpr std::size_t kSecretsMax = 16;
  static constexpr int kStatusesMax = 16;
  // The capture that says, in seconds, how long the session is good for.
  static constexpr const char* kExpiresIn = "expires_in";

  struct Step {
    request::RequestTemplate request;
    std::vector<std::pair<std::string, expression::Expression>> captures;  // in order of name
  };
  // A URL of the definition and where it leads, as far as saving can tell.
  struct KnownUrl {
    std::string field;
    http::Url url;
  };

  // INVALID_ARGUMENT with every mistake; fields are those of the message ("login[0].request.url").
  // `secrets` are the names of the secret values there are.
  static absl::StatusOr<SessionPlan> Compile(const v1::SessionAuthentication& spec,
                                             const std::set<std::string>& secrets);

  // The request with what the session puts on it. TEMPLATE_VALUE_MISSING, EXPRESSION_*,
  // SIGN_IN_FAILED for a value that no header or cookie may carry.
  absl::Status Put(const CapturedValues& session, base::Time now, http::Request* request) const;
  bool puts_nothing() const { return headers.empty() && query.empty() && cookies.empty(); }

  request::Vars vars;
  std::vector<Step> login;
  request::TextTemplates headers;
  request::TextTemplates query;
  request::TextTemplates cookies;
  std::vector<std::string> query_names;
  bool keeps_cookies = true;
  std::optional<std::chrono::nanoseconds> lifetime;
  std::optional<request::RequestTemplate> logout;
  std::set<int> expired_statuses;
  std::vector<KnownUrl> known_urls;
};

}  // namespace syncline::auth
