#include "auth/jwt_authenticator.h"

#include <fmt/format.h>

#include <utility>

#include "auth/signed_request_scope.h"
#include "base/status.h"
#include "request/text_templates.h"

namespace syncline::auth {
namespace {

const request::NamesInScope kNames = {"request", "vars"};

void CompileClaims(const v1::JwtAuthentication& spec, JwtPlan* plan,
                   base::FieldViolations* violations) {
  for (const auto& [name, value] : spec.claims().fields()) {
    if (JwtWriter::IsOwnClaim(name)) {
      violations->Add("claims." + name, "is set by Syncline itself; see lifetime");
    }
  }
  google::protobuf::Value claims;
  *claims.mutable_struct_value() = spec.claims();
  auto compiled = request::BodyTemplate::Compile(claims);
  if (!compiled.ok()) return violations->AddStatus("claims", compiled.status());
  request::CheckNames(compiled->RootPaths(), "claims", kNames, violations);
  plan->claims = *std::move(compiled);
  if (!violations->empty()) return;
  const http::Request example = ExampleRequest();
  const SignedRequestScope scope(example, plan->vars);
  expression::Evaluation evaluation;
  const auto rendered = plan->claims->Render(scope.value(), evaluation);
  if (!rendered.ok()) violations->Add("claims", base::MessageOf(rendered.status()));
}

void CompilePlace(const v1::JwtAuthentication& spec, JwtPlan* plan,
                  base::FieldViolations* violations) {
  if (!spec.header().empty()) plan->header = spec.header();
  if (std::string mistake = request::HeaderNameMistake(plan->header); !mistake.empty()) {
    violations->Add("header", std::move(mistake));
  }
  if (spec.has_prefix()) plan->prefix = spec.prefix();
  if (!http::IsHeaderValue(plan->prefix)) {
    violations->Add("prefix", "must not hold control characters");
  }
  request::CheckCount(spec.jose_header().size(), request::kPartsMax, "joseHeader", violations);
  for (const auto& [name, text] : spec.jose_header()) {
    if (JwtWriter::IsOwnHeaderMember(name)) {
      violations->Add("joseHeader." + name, "is set by key.algorithm and key.keyId");
    }
    plan->jose_header.SetText(name, text);
  }
}

}  // namespace

absl::StatusOr<JwtPlan> JwtPlan::Compile(const v1::JwtAuthentication& spec) {
  base::FieldViolations violations;
  JwtPlan plan;
  plan.vars = request::Sorted(spec.vars());
  request::CheckVars(plan.vars, &violations);
  CompilePlace(spec, &plan, &violations);
  if (spec.has_lifetime()) {
    plan.lifetime = std::chrono::seconds(spec.lifetime().seconds());
    if (spec.lifetime().nanos() != 0 || plan.lifetime < std::chrono::seconds(60) ||
        plan.lifetime > kLifetimeMax) {
      violations.Add("lifetime", "must be whole seconds, 60 to 3600");
    }
  }
  CompileClaims(spec, &plan, &violations);
  SYNCLINE_RETURN_IF_ERROR(violations.ToStatus());
  return plan;
}

JwtAuthenticator::JwtAuthenticator(AllowedHosts hosts, JwtPlan plan, JwtWriter writer,
                                   const secret::Secret& private_key,
                                   const Environment& environment)
    : hosts_(std::move(hosts)),
      plan_(std::move(plan)),
      writer_(std::move(writer)),
      environment_(environment) {
  scrubber_.Add(private_key.Reveal());
}

absl::Status JwtAuthenticator::Apply(http::Request& request, std::stop_token) {
  SYNCLINE_RETURN_IF_ERROR(hosts_.Check(request.url));
  const base::Time now = environment_.clock.Now();
  const SignedRequestScope scope(request, plan_.vars);
  expression::Evaluation evaluation(now);
  SYNCLINE_ASSIGN_OR_RETURN(std::string text, plan_.claims->Render(scope.value(), evaluation));
  SYNCLINE_ASSIGN_OR_RETURN(JwtMembers claims, JwtMembers::Parse(std::move(text)));
  SYNCLINE_ASSIGN_OR_RETURN(
      secret::Secret token,
      writer_.Write(std::move(claims), {.now = now, .lifetime = plan_.lifetime},
                    environment_.random));
  request.headers.Set(plan_.header, fmt::format("{}{}", plan_.prefix, token.Reveal()));
  const std::lock_guard lock(mutex_);
  tokens_.push_back(std::move(token));
  if (tokens_.size() > kTokensKept) tokens_.pop_front();
  return absl::OkStatus();
}

std::string JwtAuthenticator::Scrub(std::string text) const {
  Scrubber tokens;
  {
    const std::lock_guard lock(mutex_);
    for (const secret::Secret& token : tokens_) tokens.Add(token.Reveal());
  }
  return tokens.Scrub(scrubber_.Scrub(std::move(text)));
}

}  // namespace syncline::auth
