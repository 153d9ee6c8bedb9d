#include "request/request_template.h"

#include <fmt/format.h>

#include <utility>

#include "base/status.h"
#include "request/form.h"

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

}  // namespace

void RequestTemplate::CompileBody(const v1::Request& request, const NamesInScope& names,
                                  base::FieldViolations* violations) {
  const bool has_form = !request.form().empty();
  form_ = TextTemplates::Compile(Sorted(request.form()), "form", names, &ParameterNameMistake,
                                 violations);
  if ((request.has_body() || has_form) && method_ == http::Method::kGet) {
    violations->Add(request.has_body() ? "body" : "form",
                    "does not go with METHOD_GET; set method to METHOD_POST");
  }
  if (!request.has_body()) return;
  if (has_form) violations->Add("form", "stands beside body; a request has one of the two");
  auto body = BodyTemplate::Compile(request.body());
  if (!body.ok()) return violations->AddStatus("body", body.status());
  CheckNames(body->RootNames(), "body", names, violations);
  body_ = *std::move(body);
}

absl::StatusOr<RequestTemplate> RequestTemplate::Compile(const v1::Request& request,
                                                         const Place& place) {
  RequestTemplate compiled;
  base::FieldViolations violations;
  if (const auto method = MethodOf(request.method()); method.has_value()) {
    compiled.method_ = *method;
  } else {
    violations.Add("method",
                   "must be one of METHOD_GET, METHOD_POST, METHOD_PUT, METHOD_PATCH, "
                   "METHOD_DELETE");
  }
  if (request.url().empty()) {
    violations.Add("url", "is required: an absolute http or https URL");
  } else {
    compiled.url_ = CompileTemplate(request.url(), "url", place.names, &violations);
  }
  compiled.query_ = TextTemplates::Compile(Sorted(request.query()), "query", place.names,
                                           &ParameterNameMistake, &violations);
  compiled.headers_ = TextTemplates::Compile(
      Sorted(request.headers()), "headers", place.names,
      place.may_sign_in ? &HeaderNameMistake : &UnsignedHeaderNameMistake, &violations);
  compiled.CompileBody(request, place.names, &violations);
  // Only what compiled without a mistake is tried out: otherwise one mistake would show twice.
  if (violations.empty()) {
    Problems problems;
    compiled.RenderAll(place.example, base::Time(), nullptr, &problems);
    for (const auto& [field, status] : problems) violations.Add(field, base::MessageOf(status));
  }
  SYNCLINE_RETURN_IF_ERROR(violations.ToStatus());
  return compiled;
}

absl::StatusOr<http::Request> RequestTemplate::Render(const expression::Value& scope,
                                                      base::Time now,
                                                      const http::Url* instead_of_url) const {
  Problems problems;
  http::Request request = RenderAll(scope, now, instead_of_url, &problems);
  if (!problems.empty()) return problems.front().second;
  return request;
}

void RequestTemplate::RenderUrl(const expression::Value& scope, expression::Evaluation& evaluation,
                                http::Url* url, Problems* problems) const {
  const absl::StatusOr<std::string> text =
      url_->RenderEncoded(scope, evaluation, Template::Null::kFails, &http::PercentEncode);
  if (!text.ok()) {
    problems->emplace_back("url", text.status());
    return;
  }
  absl::StatusOr<http::Url> parsed = http::Url::Parse(*text);
  if (!parsed.ok()) {
    problems->emplace_back("url", parsed.status());
    return;
  }
  *url = *std::move(parsed);
  for (const auto& [name, value] : query_.Render(scope, evaluation, problems)) {
    http::SetQueryParameter(url, name, value);
  }
}

void RequestTemplate::RenderBody(const expression::Value& scope, expression::Evaluation& evaluation,
                                 http::Request* request, Problems* problems) const {
  if (!form_.empty()) {
    request->headers.Set("Content-Type", "application/x-www-form-urlencoded");
    request->body = EncodeForm(form_.Render(scope, evaluation, problems));
    return;
  }
  if (!body_.has_value()) return;
  request->headers.Set("Content-Type", "application/json");
  auto body = body_->Render(scope, evaluation);
  if (body.ok()) {
    request->body = *std::move(body);
  } else {
    problems->emplace_back("body", body.status());
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
  RenderBody(scope, evaluation, &request, problems);
  for (auto& [name, value] : headers_.Render(scope, evaluation, problems)) {
    if (http::IsHeaderValue(value)) {
      request.headers.Set(name, std::move(value));
    } else {
      problems->emplace_back(
          "headers." + name,
          base::Error(base::Reason::kInvalidArgument,
                      fmt::format("The header '{}' holds a control character.", name)));
    }
  }
  return request;
}

}  // namespace syncline::request
