#include "request/request_template.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/status.h"
#include "http/cookie_header.h"

namespace syncline::request {
namespace {

using expression::Template;

std::optional<http::Method> MethodOf(v1::Request::Method method) {
  switch (method) {
    case v1::Request::METHOD_UNSPECIFIED:
    case v1::Request::METHOD_GET: return http::Method::kGet;
    case v1::Request::METHOD_POST: return http::Method::kPost;
    case v1::Request::METHOD_PUT: return http::Method::kPut;
    case v1::Request::METHOD_PATCH: return http::Method::kPatch;
    case v1::Request::METHOD_DELETE: return http::Method::kDelete;
    default: return std::nullopt;
  }
}

// At saving: what has no value then has none on the first request.
std::string Explain(const absl::Status& status) {
  if (!IsMissing(status)) return base::MessageOf(status);
  const std::string expression = base::MetadataOf(status).at("expression");
  return fmt::format(
      "{} It needs a default, as {{{{default({}, '')}}}}, unless omitEmpty leaves it out.",
      base::MessageOf(status), expression);
}

}  // namespace

void RequestTemplate::CompileNamed(const v1::Request& request, const Place& place,
                                   base::FieldViolations* violations) {
  query_ = TextTemplates::Compile(Sorted(request.query()), "query", place.names,
                                  &ParameterNameMistake, violations);
  parameters_ = QueryParameters::Compile(request.parameters(), place.names, violations);
  headers_ = TextTemplates::Compile(
      Sorted(request.headers()), "headers", place.names,
      place.may_sign_in ? &HeaderNameMistake : &UnsignedHeaderNameMistake, violations);
  cookies_ = TextTemplates::Compile(Sorted(request.cookies()), "cookies", place.names,
                                    &CookieNameMistake, violations);
  if (!request.omit_empty()) return;
  for (TextTemplates* const part : {&query_, &headers_, &cookies_}) part->LeaveOutEmpty();
}

absl::StatusOr<RequestTemplate> RequestTemplate::Compile(const v1::Request& request,
                                                         const Place& place) {
  RequestTemplate compiled;
  base::FieldViolations violations;
  if (const auto method = MethodOf(request.method()); method.has_value()) {
    const bool is_graphql =
        request.method() == v1::Request::METHOD_UNSPECIFIED && request.has_graphql();
    compiled.method_ = is_graphql ? http::Method::kPost : *method;
  } else {
    violations.Add("method",
                   "must be one of METHOD_GET, METHOD_POST, METHOD_PUT, METHOD_PATCH, "
                   "METHOD_DELETE");
  }
  if (request.url().empty() && place.has_url) {
    violations.Add("url", "is required: an absolute http or https URL");
  } else if (place.has_url) {
    compiled.url_ = CompileTemplate(request.url(), "url", place.names, &violations);
  }
  compiled.CompileNamed(request, place, &violations);
  compiled.body_ = RequestBody::Compile(request, compiled.method_, place.names, &violations);
  // Only what compiled without a mistake is tried out: otherwise one mistake would show twice. A
  // URL without an expression is right or wrong whatever else is.
  const bool is_plain = compiled.url_.has_value() && request.url().find("{{") == std::string::npos;
  if (!violations.empty() && is_plain) {
    const auto parsed = http::Url::Parse(request.url());
    if (!parsed.ok()) violations.Add("url", Explain(parsed.status()));
  } else if (violations.empty()) {
    Problems problems;
    const http::Url elsewhere{.scheme = "https", .host = "example.invalid", .path = "/"};
    compiled.RenderAll(place.example, base::Time(), place.has_url ? nullptr : &elsewhere,
                       &problems);
    for (const auto& [field, status] : problems) {
      if (compiled.ShowsInRunOnly(field, status, place.unknown)) continue;
      violations.Add(field, Explain(status));
    }
  }
  SYNCLINE_RETURN_IF_ERROR(violations.ToStatus());
  return compiled;
}

bool RequestTemplate::ShowsInRunOnly(const std::string& field, const absl::Status& problem,
                                     const NamesInScope& unknown) const {
  const auto looks_up_unknown = [&](const auto& compiled) {
    const std::vector<std::string> roots = compiled.RootNames();
    return std::find_first_of(roots.begin(), roots.end(), unknown.begin(), unknown.end()) !=
           roots.end();
  };
  if (unknown.empty()) return false;
  if (base::ReasonOf(problem) == base::Reason::kExpressionFailed) return true;
  if (base::ReasonOf(problem) != base::Reason::kTemplateValueMissing) {
    return field == "url" && url_.has_value() && looks_up_unknown(*url_);
  }
  const auto missing = expression::Expression::Compile(base::MetadataOf(problem).at("expression"));
  return missing.ok() && looks_up_unknown(*missing);
}

absl::StatusOr<http::Request> RequestTemplate::Render(const expression::Value& scope,
                                                      base::Time now,
                                                      const http::Url* instead_of_url) const {
  Problems problems;
  http::Request request = RenderAll(scope, now, instead_of_url, &problems);
  if (!problems.empty()) return problems.front().second;
  return request;
}

bool RequestTemplate::Mentions(std::string_view name) const {
  return (url_.has_value() && Holds(url_->RootNames(), name)) || query_.Mentions(name) ||
         parameters_.Mentions(name) || headers_.Mentions(name) || cookies_.Mentions(name) ||
         body_.Mentions(name);
}

void RequestTemplate::RenderUrl(const expression::Value& scope, expression::Evaluation& evaluation,
                                http::Url* url, Problems* problems) const {
  const absl::StatusOr<std::string> text =
      url_->RenderEncoded(scope, evaluation, Template::Null::kFails, &http::PercentEncode);
  absl::StatusOr<http::Url> parsed = text.ok() ? http::Url::Parse(*text) : text.status();
  if (parsed.ok()) {
    *url = *std::move(parsed);
  } else {
    problems->emplace_back("url", parsed.status());  // the parameters may have some of their own
  }
  for (const auto& [name, value] : query_.Render(scope, evaluation, problems)) {
    http::SetQueryParameter(url, name, value);
  }
  parameters_.Render(scope, evaluation, url, problems);
  if (url->path.size() + url->query.size() <= kUrlBytesMax) return;
  problems->emplace_back(
      "url", base::Error(base::Reason::kUrlInvalid,
                         fmt::format("The URL is longer than {} bytes.", kUrlBytesMax)));
}

void RequestTemplate::RenderHeaders(const expression::Value& scope,
                                    expression::Evaluation& evaluation, http::Request* request,
                                    Problems* problems) const {
  const auto complain = [&](const char* what, const std::string& field, const std::string& name) {
    problems->emplace_back(
        fmt::format("{}.{}", field, name),
        base::Error(
            base::Reason::kInvalidArgument,
            fmt::format("The {} '{}' holds a character that it may not hold.", what, name)));
  };
  for (auto& [name, value] : headers_.Render(scope, evaluation, problems)) {
    if (http::IsHeaderValue(value)) {
      request->headers.Set(name, std::move(value));
    } else {
      complain("header", "headers", name);
    }
  }
  for (const auto& [name, value] : cookies_.Render(scope, evaluation, problems)) {
    if (http::IsSendableCookieValue(value)) {
      http::SetCookie(name, value, &request->headers);
    } else {
      complain("cookie", "cookies", name);
    }
  }
}

http::Request RequestTemplate::RenderAll(const expression::Value& scope, base::Time now,
                                         const http::Url* instead_of_url,
                                         Problems* problems) const {
  expression::Evaluation evaluation(now);
  http::Request request{.method = method_};
  if (instead_of_url != nullptr) {
    request.url = *instead_of_url;
  } else {
    RenderUrl(scope, evaluation, &request.url, problems);
  }
  body_.Render(scope, evaluation, &request, problems);
  RenderHeaders(scope, evaluation, &request, problems);
  return request;
}

}  // namespace syncline::request
