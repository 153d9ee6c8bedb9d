#include "pull/sign_in_probe.h"

#include <fmt/format.h>

#include <algorithm>

#include "auth/signing_transport.h"
#include "base/status.h"
#include "expression/expression.h"
#include "http/challenge.h"
#include "json/document.h"
#include "pull/response_rules.h"

namespace syncline::pull {
namespace {

void AddScopes(std::string_view text, std::vector<std::string>* scopes) {
  constexpr std::string_view kBetween = " ,";
  while (!text.empty() && scopes->size() < SignInProbe::kScopesMax) {
    const std::size_t end = std::min(text.find_first_of(kBetween), text.size());
    const std::string scope(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!scope.empty() && std::ranges::find(*scopes, scope) == scopes->end()) {
      scopes->push_back(scope);
    }
  }
}

// {"error": "missing_scope", "needed": "users:read"}, as Slack answers.
std::string NeededScope(const std::string& body) {
  const auto document = json::Document::Parse(body);
  if (!document.ok()) return "";
  const expression::Value needed = expression::Value((*document)->root()).Find("needed");
  return needed.kind() == json::Kind::kString ? std::string(needed.text()) : "";
}

// "… is not authorized to perform: iam:ListUsers on resource: …", as AWS answers.
std::string_view DeniedAction(std::string_view body) {
  constexpr std::string_view kMark = "not authorized to perform: ";
  const std::size_t at = body.find(kMark);
  if (at == std::string_view::npos) return {};
  body.remove_prefix(at + kMark.size());
  return body.substr(0, std::min(body.find_first_of(" \"<\\,"), body.size()));
}

// What the vendor says is missing, in the places where vendors say it.
std::vector<std::string> MissingScopes(const http::Response& response) {
  std::vector<std::string> scopes;
  const auto header = [&](const char* name) { return response.headers.Find(name).value_or(""); };
  for (const http::Challenge& challenge : http::ParseChallenges(header("WWW-Authenticate"))) {
    const auto error = challenge.parameters.find("error");  // RFC 6750 3.1
    const auto scope = challenge.parameters.find("scope");
    if (error == challenge.parameters.end() || error->second != "insufficient_scope") continue;
    if (scope != challenge.parameters.end()) AddScopes(scope->second, &scopes);
  }
  if (response.status == 403) AddScopes(header("X-Accepted-OAuth-Scopes"), &scopes);  // GitHub
  AddScopes(NeededScope(response.body), &scopes);
  AddScopes(DeniedAction(response.body), &scopes);
  return scopes;
}

std::string_view MeaningOf(int status, bool refuses) {
  if (status >= 200 && status < 300) return "the sign-in was accepted";
  if (refuses && status == 400) return "the vendor refuses whoever signed this request";
  switch (status) {
    case 401:
      return "the vendor does not accept the sign-in: the secret is wrong, has run out, or "
             "is sent in another way than the vendor wants";
    case 403:
      return "the vendor knows who signs in and refuses what is asked for: a permission is "
             "missing";
    case 404: return "nothing is there; the sign-in may be right and the URL wrong";
    case 407: return "a proxy on the way wants a sign-in of its own";
    case 429: return "the vendor asks to slow down; try again later";
    default: break;
  }
  if (status >= 300 && status < 400) {
    return "the vendor sends elsewhere, as it does with callers that it takes for browsers: often "
           "to a login page";
  }
  return status >= 500 ? "the vendor has trouble of its own; this says nothing of the sign-in"
                       : "the vendor refuses the request";
}

base::Reason ReasonOf(int status, bool refuses) {
  if (refuses) return base::Reason::kAuthFailed;
  return status == 429 ? base::Reason::kVendorThrottled : base::Reason::kVendorError;
}

}  // namespace

SignInProbe ProbeSignIn(auth::Authenticator& authenticator, http::Transport& transport,
                        const http::Url& url, const http::TransportLimits& limits,
                        std::stop_token stop) {
  auth::SigningTransport signing(transport, authenticator);
  http::Request request{.url = url};
  request.headers.Set("User-Agent", "Syncline");
  request.headers.Set("Accept", "application/json");
  const absl::StatusOr<http::Response> answer = signing.Send(request, limits, std::move(stop));
  SignInProbe probe;
  if (!answer.ok()) {
    probe.reason = base::ReasonName(base::ReasonOf(answer.status()));
    probe.explanation = authenticator.Scrub(base::MessageOf(answer.status()));
    return probe;
  }
  const bool refuses = authenticator.Refuses(*answer);
  probe.status = answer->status;
  probe.missing_scopes = MissingScopes(*answer);
  for (std::string& scope : probe.missing_scopes) scope = ShownBody(scope, authenticator);
  probe.accepted = answer->status >= 200 && answer->status < 300 && probe.missing_scopes.empty();
  probe.explanation = fmt::format("{} answered {}: {}.", url.origin(), answer->status,
                                  MeaningOf(answer->status, refuses));
  if (!probe.missing_scopes.empty()) {
    probe.explanation +=
        fmt::format(" It names what is missing: {}.", fmt::join(probe.missing_scopes, ", "));
  }
  if (probe.accepted) return probe;
  probe.reason = base::ReasonName(probe.missing_scopes.empty() ? ReasonOf(answer->status, refuses)
                                                               : base::Reason::kAuthFailed);
  probe.body = ShownBody(answer->body, authenticator);
  return probe;
}

}  // namespace syncline::pull
