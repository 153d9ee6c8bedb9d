#include "auth/oauth2_definition.h"

#include <fmt/format.h>

#include <algorithm>

#include "request/vars.h"

namespace syncline::auth {
namespace {

using OAuth2 = v1::OAuth2Authentication;

const request::NamesInScope kNames = {"vars"};
constexpr std::size_t kSeparatorBytesMax = 8;

bool IsPrintable(std::string_view text) {
  return std::ranges::none_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
}

// What may not come from `parameters`: it has a field of its own, is secret, or is made anew each
// time.
std::string TokenParameterMistake(std::string_view name) {
  for (const char* own :
       {"client_id", "client_secret", "client_assertion", "client_assertion_type", "assertion",
        "refresh_token", "username", "password", "code", "code_verifier", "redirect_uri",
        "device_code", "token", "token_type_hint"}) {
    if (name == own) return "is set by Syncline itself, from the fields of the grant";
  }
  return request::ParameterNameMistake(name);
}

std::string AuthorizationParameterMistake(std::string_view name) {
  for (const char* own : {"response_type", "client_id", "redirect_uri", "state", "scope",
                          "code_challenge", "code_challenge_method", "client_secret"}) {
    if (name == own) return "is set by Syncline itself";
  }
  return request::ParameterNameMistake(name);
}

std::string ClaimNameMistake(std::string_view name) {
  for (const char* own : {"iat", "exp", "nbf", "jti"}) {
    if (name == own) return "is set by Syncline itself";
  }
  for (const char* own : {"iss", "sub", "aud"}) {
    if (name == own) return "has a field of its own: issuer, subject or audience";
  }
  return request::ParameterNameMistake(name);
}

}  // namespace

// The stations of Compile.
struct OAuth2Definition::Compiler {
  const OAuth2& spec;
  OAuth2Definition& out;
  base::FieldViolations& violations;

  void CheckText(std::string_view text, const std::string& field) {
    if (text.size() > kTextBytesMax) {
      violations.Add(field, fmt::format("is longer than {} bytes", kTextBytesMax));
    }
    if (!IsPrintable(text)) violations.Add(field, "holds a control character");
  }

  std::optional<std::string> RenderConstant(const std::string& text, const std::string& field) {
    const auto compiled = request::CompileTemplate(text, field, kNames, &violations);
    if (!compiled.has_value()) return std::nullopt;
    for (const std::string& root : compiled->RootNames()) {
      if (root != "vars") return std::nullopt;  // is a violation already
    }
    expression::Scope vars;
    for (const auto& [name, value] : out.vars_) vars.Set(name, expression::Value::String(value));
    expression::Scope scope;
    scope.Set("vars", vars.value());
    expression::Evaluation evaluation;
    auto rendered = compiled->RenderEncoded(
        scope.value(), evaluation, expression::Template::Null::kFails, &http::PercentEncode);
    if (rendered.ok()) return *std::move(rendered);
    violations.Add(field, base::MessageOf(rendered.status()));
    return std::nullopt;
  }

  void CompileUrl(OAuth2Endpoint endpoint, const std::string& text) {
    if (text.empty()) return;
    const std::string field(FieldOf(endpoint));
    const auto rendered = RenderConstant(text, field);
    if (!rendered.has_value()) return;
    auto url = http::Url::Parse(*rendered);
    if (url.ok()) {
      out.endpoints_.emplace(endpoint, *std::move(url));
    } else {
      violations.Add(field, base::MessageOf(url.status()));
    }
  }

  void CompileIssuer() {
    if (spec.issuer().empty()) return;
    const auto rendered = RenderConstant(spec.issuer(), "issuer");
    if (!rendered.has_value()) return;
    const auto url = http::Url::Parse(*rendered);
    if (!url.ok()) return violations.Add("issuer", base::MessageOf(url.status()));
    if (rendered->find_first_of("?#") != std::string::npos) {
      return violations.Add("issuer", "must have no query and no fragment (RFC 8414 2)");
    }
    out.issuer_ = *rendered;
  }

  void RequireEndpoint(OAuth2Endpoint endpoint, const std::string& text) {
    if (!text.empty() || !spec.issuer().empty()) return;
    violations.Add(std::string(FieldOf(endpoint)), "is required unless issuer is set");
  }

  void CompileEndpoints() {
    CompileIssuer();
    RequireEndpoint(OAuth2Endpoint::kToken, spec.token_url());
    CompileUrl(OAuth2Endpoint::kToken, spec.token_url());
    CompileUrl(OAuth2Endpoint::kRevocation, spec.revocation_url());
    if (spec.has_authorization_code()) {
      const std::string& url = spec.authorization_code().authorization_url();
      RequireEndpoint(OAuth2Endpoint::kAuthorization, url);
      CompileUrl(OAuth2Endpoint::kAuthorization, url);
    }
    if (spec.has_device_code()) {
      const std::string& url = spec.device_code().device_authorization_url();
      RequireEndpoint(OAuth2Endpoint::kDeviceAuthorization, url);
      CompileUrl(OAuth2Endpoint::kDeviceAuthorization, url);
    }
  }

  void CompileScopes() {
    const std::string separator = spec.has_scope_separator() ? spec.scope_separator() : " ";
    if (separator.empty() || separator.size() > kSeparatorBytesMax || !IsPrintable(separator)) {
      violations.Add("scopeSeparator",
                     fmt::format("must have 1 to {} bytes, e.g. \",\"", kSeparatorBytesMax));
    }
    if (spec.scopes_size() > kScopesMax) {
      violations.Add("scopes", fmt::format("has {} entries; at most {} are allowed",
                                           spec.scopes_size(), kScopesMax));
    }
    for (int i = 0; i < std::min(spec.scopes_size(), kScopesMax); ++i) {
      const std::string& scope = spec.scopes(i);
      const std::string field = fmt::format("scopes[{}]", i);
      CheckText(scope, field);
      if (scope.empty()) violations.Add(field, "is empty");
      if (scope.find(' ') != std::string::npos) {
        violations.Add(field, "holds a space; give each scope an entry of its own");
      } else if (!separator.empty() && scope.find(separator) != std::string::npos) {
        violations.Add(field, fmt::format("holds the separator \"{}\"; give each scope an entry of "
                                          "its own",
                                          separator));
      }
      out.scope_ += (i == 0 ? "" : separator) + scope;
    }
  }

  void CompileTargets() {
    CheckText(spec.audience(), "audience");
    CheckText(spec.client_assertion_audience(), "clientAssertionAudience");
    out.audience_ = spec.audience();
    if (spec.resources_size() > kResourcesMax) {
      violations.Add("resources", fmt::format("has {} entries; at most {} are allowed",
                                              spec.resources_size(), kResourcesMax));
    }
    for (int i = 0; i < std::min(spec.resources_size(), kResourcesMax); ++i) {
      const std::string& resource = spec.resources(i);
      const std::string field = fmt::format("resources[{}]", i);
      CheckText(resource, field);
      if (resource.find(':') == std::string::npos || resource.find('#') != std::string::npos) {
        violations.Add(field, "must be an absolute URI without a fragment (RFC 8707 2)");
      }
      out.resources_.push_back(resource);
    }
  }

  void CompileTemplates() {
    using request::Sorted;
    using request::TextTemplates;
    out.parameters_ = TextTemplates::Compile(Sorted(spec.parameters()), "parameters", kNames,
                                             &TokenParameterMistake, &violations);
    if (spec.parameters().contains("grant_type") && !spec.has_client_credentials()) {
      violations.Add("parameters.grant_type", "is free with clientCredentials only");
    }
    out.headers_ = TextTemplates::Compile(Sorted(spec.headers()), "headers", kNames,
                                          &request::UnsignedHeaderNameMistake, &violations);
    if (spec.has_authorization_code()) {
      out.authorization_parameters_ = TextTemplates::Compile(
          Sorted(spec.authorization_code().parameters()), "authorizationCode.parameters", kNames,
          &AuthorizationParameterMistake, &violations);
    }
    if (spec.has_jwt_bearer()) {
      out.claims_ = TextTemplates::Compile(Sorted(spec.jwt_bearer().claims()), "jwtBearer.claims",
                                           kNames, &ClaimNameMistake, &violations);
    }
  }

  // Only what compiled without a mistake is tried out: otherwise one mistake would show twice.
  void TryTemplates() {
    if (!violations.empty()) return;
    for (const request::TextTemplates* templates :
         {&out.parameters_, &out.headers_, &out.authorization_parameters_, &out.claims_}) {
      request::TextTemplates::Problems problems;
      out.RenderInto(*templates, base::Time(), &problems);
      for (const auto& [field, status] : problems) violations.Add(field, base::MessageOf(status));
    }
  }

  void CompileField(const std::string& text, const char* field,
                    std::optional<expression::Expression>* where) {
    if (text.empty()) return;
    auto compiled = expression::Expression::Compile(text);
    if (compiled.ok()) {
      *where = *std::move(compiled);
    } else {
      violations.Add(field, base::MessageOf(compiled.status()));
    }
  }

  void CompileAnswer() {
    TokenAnswerFields& fields = out.answer_fields_;
    CompileField(spec.response().access_token(), "response.accessToken", &fields.access_token);
    CompileField(spec.response().refresh_token(), "response.refreshToken", &fields.refresh_token);
    CompileField(spec.response().expires_in(), "response.expiresIn", &fields.expires_in);
    if (!spec.has_lifetime()) return;
    fields.lifetime = std::chrono::seconds(spec.lifetime().seconds());
    if (*fields.lifetime < std::chrono::seconds(1) || *fields.lifetime > kLifetimeMax) {
      violations.Add("lifetime", "must be from 1 second to 366 days");
    }
  }
};

std::string_view FieldOf(OAuth2Endpoint endpoint) {
  switch (endpoint) {
    case OAuth2Endpoint::kAuthorization: return "authorizationCode.authorizationUrl";
    case OAuth2Endpoint::kDeviceAuthorization: return "deviceCode.deviceAuthorizationUrl";
    case OAuth2Endpoint::kRevocation: return "revocationUrl";
    case OAuth2Endpoint::kToken: break;
  }
  return "tokenUrl";
}

OAuth2Definition OAuth2Definition::Compile(const OAuth2& spec, base::FieldViolations* violations) {
  OAuth2Definition definition;
  Compiler compiler{spec, definition, *violations};
  definition.client_id_ = spec.client_id();
  definition.sends_json_ = spec.body_format() == OAuth2::BODY_FORMAT_JSON;
  definition.has_authorization_code_ = spec.has_authorization_code();
  definition.uses_pkce_ = !spec.authorization_code().disable_pkce();
  definition.vars_ = request::Sorted(spec.vars());
  compiler.CheckText(spec.client_id(), "clientId");
  request::CheckVars(definition.vars_, violations);
  compiler.CompileEndpoints();
  compiler.CompileScopes();
  compiler.CompileTargets();
  compiler.CompileTemplates();
  compiler.CompileAnswer();
  compiler.TryTemplates();
  return definition;
}

OAuth2Fields OAuth2Definition::Targets(bool with_scope) const {
  OAuth2Fields fields;
  if (with_scope && !scope_.empty()) fields.emplace_back("scope", scope_);
  if (!audience_.empty()) fields.emplace_back("audience", audience_);
  for (const std::string& resource : resources_) fields.emplace_back("resource", resource);
  return fields;
}

OAuth2Fields OAuth2Definition::RenderInto(const request::TextTemplates& templates, base::Time now,
                                          request::TextTemplates::Problems* problems) const {
  expression::Scope vars;
  for (const auto& [name, value] : vars_) vars.Set(name, expression::Value::String(value));
  expression::Scope scope;
  scope.Set("vars", vars.value());
  expression::Evaluation evaluation(now);
  return templates.Render(scope.value(), evaluation, problems);
}

absl::StatusOr<OAuth2Fields> OAuth2Definition::Render(const request::TextTemplates& templates,
                                                      base::Time now) const {
  request::TextTemplates::Problems problems;
  OAuth2Fields rendered = RenderInto(templates, now, &problems);
  if (!problems.empty()) return problems.front().second;
  return rendered;
}

absl::StatusOr<OAuth2Fields> OAuth2Definition::RenderParameters(base::Time now) const {
  return Render(parameters_, now);
}

absl::StatusOr<OAuth2Fields> OAuth2Definition::RenderAuthorizationParameters(base::Time now) const {
  return Render(authorization_parameters_, now);
}

absl::StatusOr<OAuth2Fields> OAuth2Definition::RenderHeaders(base::Time now) const {
  return Render(headers_, now);
}

absl::StatusOr<OAuth2Fields> OAuth2Definition::RenderClaims(base::Time now) const {
  return Render(claims_, now);
}

}  // namespace syncline::auth
