#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "auth/oauth2_answer.h"
#include "base/clock.h"
#include "base/status.h"
#include "http/message.h"
#include "request/text_templates.h"
#include "syncline/v1/oauth2_authentication.pb.h"

namespace syncline::auth {

enum class OAuth2Endpoint { kToken, kAuthorization, kDeviceAuthorization, kRevocation };

// The field that sets an endpoint, in proto JSON spelling below `oauth2`: "tokenUrl".
std::string_view FieldOf(OAuth2Endpoint endpoint);

// Parameters of a request in their order; a name may stand there more than once.
using OAuth2Fields = std::vector<std::pair<std::string, std::string>>;

// What an OAuth2Authentication says apart from its secrets, compiled once. Immutable, safe for
// concurrent use.
class OAuth2Definition {
 public:
  static constexpr int kScopesMax = 256;
  static constexpr int kResourcesMax = 16;
  static constexpr std::size_t kTextBytesMax = 2048;  // of a client id, a scope, an audience
  static constexpr std::chrono::seconds kLifetimeMax{std::chrono::hours(24 * 366)};

  // Every mistake becomes a violation of its field below `oauth2` ("tokenUrl", "scopes[1]"); what
  // has none is in the result.
  static OAuth2Definition Compile(const v1::OAuth2Authentication& spec,
                                  base::FieldViolations* violations);

  // The endpoints that the definition names itself.
  const std::map<OAuth2Endpoint, http::Url>& endpoints() const { return endpoints_; }
  const std::string& issuer() const { return issuer_; }  // as it is compared; empty = none
  const std::string& client_id() const { return client_id_; }
  const std::string& scope() const { return scope_; }  // joined; empty = the provider's default
  bool sends_json() const { return sends_json_; }
  bool has_authorization_code() const { return has_authorization_code_; }
  bool uses_pkce() const { return uses_pkce_; }
  const TokenAnswerFields& answer_fields() const { return answer_fields_; }

  // audience, resource and scope, for a token or an authorization.
  OAuth2Fields Targets(bool with_scope) const;
  // What templates yield; EXPRESSION_*, TEMPLATE_VALUE_MISSING.
  absl::StatusOr<OAuth2Fields> RenderParameters(base::Time now) const;
  absl::StatusOr<OAuth2Fields> RenderAuthorizationParameters(base::Time now) const;
  absl::StatusOr<OAuth2Fields> RenderHeaders(base::Time now) const;
  absl::StatusOr<OAuth2Fields> RenderClaims(base::Time now) const;

 private:
  struct Compiler;

  absl::StatusOr<OAuth2Fields> Render(const request::TextTemplates& templates,
                                      base::Time now) const;
  OAuth2Fields RenderInto(const request::TextTemplates& templates, base::Time now,
                          request::TextTemplates::Problems* problems) const;

  std::map<OAuth2Endpoint, http::Url> endpoints_;
  std::string issuer_;
  std::string client_id_;
  std::string scope_;
  std::string audience_;
  std::vector<std::string> resources_;
  bool sends_json_ = false;
  bool has_authorization_code_ = false;
  bool uses_pkce_ = true;
  request::Vars vars_;
  request::TextTemplates parameters_;
  request::TextTemplates authorization_parameters_;
  request::TextTemplates headers_;
  request::TextTemplates claims_;
  TokenAnswerFields answer_fields_;
};

}  // namespace syncline::auth
