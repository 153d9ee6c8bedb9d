#include "auth/session_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/status.h"
#include "http/cookie_header.h"

namespace syncline::auth {
namespace {

using base::FieldViolations;

constexpr std::chrono::hours kLifetimeMax{24 * 366};
const request::NamesInScope kLoginNames = {"secrets", "session", "vars"};
const request::NamesInScope kSessionNames = {"session", "vars"};
const request::NamesInScope kAnswerNames = {"response", "headers", "cookies", "status"};

// Puts a definition's values in: what is rendered with them shows mistakes at saving.
class Compiler {
 public:
  Compiler(const v1::SessionAuthentication& spec, const std::set<std::string>& secrets)
      : spec_(spec) {
    for (const std::string& name : secrets) secrets_.emplace(name, secret::Secret("example"));
  }

  absl::StatusOr<SessionPlan> Run() {
    plan_.vars = request::Sorted(spec_.vars());
    request::CheckVars(plan_.vars, &violations_);
    CompileLogin();
    CompileUse();
    CompileEnd();
    SYNCLINE_RETURN_IF_ERROR(violations_.ToStatus());
    return std::move(plan_);
  }

 private:
  void CompileLogin() {
    if (spec_.login().empty() || spec_.login_size() > SessionPlan::kStepsMax) {
      violations_.Add("login", fmt::format("has {} steps; 1 to {} are allowed", spec_.login_size(),
                                           SessionPlan::kStepsMax));
    }
    for (int i = 0; i < std::min(spec_.login_size(), SessionPlan::kStepsMax); ++i) {
      const std::string field = fmt::format("login[{}]", i);
      auto request = CompileRequest(spec_.login(i).request(), field + ".request");
      auto captures = CompileCaptures(spec_.login(i), field + ".capture");
      if (request.has_value()) plan_.login.push_back({*std::move(request), std::move(captures)});
    }
  }

  std::optional<request::RequestTemplate> CompileRequest(const v1::Request& request,
                                                         const std::string& field) {
    const SessionScope example(&secrets_, plan_.vars, captured_);
    const auto compile = [&](const expression::Value& names) {
      return request::RequestTemplate::Compile(
          request, {.names = kLoginNames, .example = names, .may_sign_in = true});
    };
    auto compiled = compile(example.value());
    if (!compiled.ok()) {  // a number may be what does not fit: as a host, for one
      const CapturedValues texts = ExampleTexts();
      const SessionScope again(&secrets_, plan_.vars, texts);
      if (auto other = compile(again.value()); other.ok()) compiled = std::move(other);
    }
    if (!compiled.ok()) {
      violations_.AddStatus(field, compiled.status());
      return std::nullopt;
    }
    // Of a URL that a login decides, only the run can tell where it leads.
    const auto url = expression::Template::Compile(request.url());
    const auto names = url.ok() ? url->RootNames() : std::vector<std::string>();
    if (std::ranges::none_of(names, [](const auto& name) { return name != "vars"; })) {
      const auto rendered = compiled->Render(example.value(), base::Time());
      if (rendered.ok()) plan_.known_urls.push_back({field + ".url", rendered->url});
    }
    return *std::move(compiled);
  }

  CapturedValues ExampleTexts() const {
    CapturedValues texts;
    for (const auto& [name, number] : captured_) {
      texts.emplace(name, Captured{.text = secret::Secret("example")});
    }
    return texts;
  }

  std::vector<std::pair<std::string, expression::Expression>> CompileCaptures(
      const v1::SessionStep& step, const std::string& field) {
    request::CheckCount(step.capture().size(), SessionPlan::kCapturesMax, field, &violations_);
    std::vector<std::pair<std::string, expression::Expression>> captures;
    for (const auto& [name, text] : request::Sorted(step.capture())) {
      const std::string place = fmt::format("{}.{}", field, name);
      if (!request::IsVarName(name)) violations_.Add(place, "must be named by [a-z][a-z0-9_]*");
      auto expression = expression::Expression::Compile(text);
      if (!expression.ok()) {
        violations_.Add(place, base::MessageOf(expression.status()));
        continue;
      }
      request::CheckNames(expression->RootNames(), place, kAnswerNames, &violations_);
      captures.emplace_back(name, *std::move(expression));
      // Both a text and a number to most functions.
      captured_.insert_or_assign(name, Captured{.text = secret::Secret("1")});
    }
    return captures;
  }

  void CompileUse() {
    plan_.headers =
        request::TextTemplates::Compile(request::Sorted(spec_.headers()), "headers", kSessionNames,
                                        &request::HeaderNameMistake, &violations_);
    plan_.query =
        request::TextTemplates::Compile(request::Sorted(spec_.query()), "query", kSessionNames,
                                        &request::ParameterNameMistake, &violations_);
    plan_.cookies =
        request::TextTemplates::Compile(request::Sorted(spec_.cookies()), "cookies", kSessionNames,
                                        &request::CookieNameMistake, &violations_);
    for (const auto& [name, text] : spec_.query()) plan_.query_names.push_back(name);
    plan_.keeps_cookies = !spec_.ignore_cookies();
    if (plan_.puts_nothing() && spec_.ignore_cookies()) {
      violations_.Add("headers",
                      "nothing of the session would be sent: set headers, query or cookies, e.g. "
                      "Authorization to \"Bearer {{session.token}}\"");
    }
    if (!violations_.empty()) return;
    const SessionScope example(nullptr, plan_.vars, captured_);
    expression::Evaluation evaluation;
    request::TextTemplates::Problems problems;
    for (const auto* part : {&plan_.headers, &plan_.query, &plan_.cookies}) {
      static_cast<void>(part->Render(example.value(), evaluation, &problems));
    }
    for (const auto& [field, status] : problems) {
      violations_.Add(field, base::MessageOf(status));
    }
  }

  void CompileEnd() {
    if (spec_.has_lifetime()) {
      const auto& span = spec_.lifetime();
      plan_.lifetime =
          std::chrono::seconds(span.seconds()) + std::chrono::nanoseconds(span.nanos());
      if (*plan_.lifetime < std::chrono::seconds(1) || *plan_.lifetime > kLifetimeMax) {
        violations_.Add("lifetime", "must be 1 second to 366 days");
      }
    }
    if (spec_.has_logout()) plan_.logout = CompileRequest(spec_.logout(), "logout");
    if (spec_.expired_statuses_size() > SessionPlan::kStatusesMax) {
      violations_.Add("expiredStatuses",
                      fmt::format("has {} entries; at most {} are allowed",
                                  spec_.expired_statuses_size(), SessionPlan::kStatusesMax));
    }
    for (int i = 0; i < spec_.expired_statuses_size(); ++i) {
      const int status = spec_.expired_statuses(i);
      if (status < 300 || status > 599) {
        violations_.Add(fmt::format("expiredStatuses[{}]", i),
                        "is no status that refuses: 300 to 599");
      }
      plan_.expired_statuses.insert(status);
    }
    if (plan_.expired_statuses.empty()) plan_.expired_statuses.insert(401);
  }

  const v1::SessionAuthentication& spec_;
  NamedSecrets secrets_;
  CapturedValues captured_;
  SessionPlan plan_;
  FieldViolations violations_;
};

absl::Status Unfit(const char* what, const std::string& name) {
  return base::Error(base::Reason::kSignInFailed,
                     fmt::format("What the login yields for the {} '{}' holds a character that it "
                                 "may not hold.",
                                 what, name));
}

}  // namespace

absl::StatusOr<SessionPlan> SessionPlan::Compile(const v1::SessionAuthentication& spec,
                                                 const std::set<std::string>& secrets) {
  return Compiler(spec, secrets).Run();
}

absl::Status SessionPlan::Put(const CapturedValues& session, base::Time now,
                              http::Request* request) const {
  const SessionScope scope(nullptr, vars, session);
  expression::Evaluation evaluation(now);
  request::TextTemplates::Problems problems;
  for (auto& [name, value] : headers.Render(scope.value(), evaluation, &problems)) {
    if (!http::IsHeaderValue(value)) return Unfit("header", name);
    request->headers.Set(name, std::move(value));
  }
  for (const auto& [name, value] : query.Render(scope.value(), evaluation, &problems)) {
    http::SetQueryParameter(&request->url, name, value);
  }
  for (const auto& [name, value] : cookies.Render(scope.value(), evaluation, &problems)) {
    if (!http::IsSendableCookieValue(value)) {
      return Unfit("cookie", name);
    }
    http::SetCookie(name, value, &request->headers);
  }
  return problems.empty() ? absl::OkStatus() : problems.front().second;
}

}  // namespace syncline::auth
