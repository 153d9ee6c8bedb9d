#include "pull/request_template.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "pull/request_scope.h"

namespace syncline::pull {
namespace {

using expression::Template;

constexpr std::array<std::string_view, 3> kNames = {"vars", "page", "run"};
// What templates are rendered with when a definition is saved.
constexpr paging::PageScope kExamplePage{.index = 0, .number = 1, .offset = 0, .size = 100};
constexpr base::Time kExampleStart{std::chrono::hours(24)};

// Headers that a credential, curl or the shape of the body decides.
std::string_view ReservedHeaderMistake(std::string_view name) {
  for (const std::string_view sign_in : {"authorization", "proxy-authorization"}) {
    if (http::EqualsIgnoringCase(name, sign_in)) return "sign-in belongs into a credential";
  }
  for (const std::string_view own : {"host", "content-length", "transfer-encoding", "connection",
                                     "accept-encoding", "te", "upgrade", "expect"}) {
    if (http::EqualsIgnoringCase(name, own)) return "is set by Syncline itself";
  }
  return "";
}

void CheckNames(const std::vector<std::string>& names, const std::string& field,
                base::FieldViolations* violations) {
  for (const std::string& name : names) {
    if (std::find(kNames.begin(), kNames.end(), name) != kNames.end()) continue;
    violations->Add(field,
                    fmt::format("'{}' is no name here; names in scope: vars, page, run", name));
  }
}

std::optional<Template> CompileTemplate(const std::string& text, const std::string& field,
                                        base::FieldViolations* violations) {
  auto compiled = Template::Compile(text);
  if (!compiled.ok()) {
    violations->Add(field, base::MessageOf(compiled.status()));
    return std::nullopt;
  }
  CheckNames(compiled->RootNames(), field, violations);
  return *std::move(compiled);
}

// Sorted: the map of the message has no order, and requests should look the same every time.
template <typename Map>
std::map<std::string, std::string> Sorted(const Map& map) {
  return {map.begin(), map.end()};
}

bool IsVarName(const std::string& name) {
  return !name.empty() && name[0] >= 'a' && name[0] <= 'z' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
         });
}

void CheckCount(std::size_t count, const char* field, base::FieldViolations* violations) {
  if (count > RequestTemplate::kPartsMax) {
    violations->Add(field, fmt::format("has {} entries; at most {} are allowed", count,
                                       RequestTemplate::kPartsMax));
  }
}

}  // namespace

void RequestTemplate::CompileVars(const v1::Integration& integration,
                                  base::FieldViolations* violations) {
  vars_ = Sorted(integration.vars());
  CheckCount(vars_.size(), "vars", violations);
  for (const auto& [name, text] : vars_) {
    if (!IsVarName(name) || name.size() > kNameBytesMax) {
      violations->Add("vars." + name, "must be named by [a-z][a-z0-9_]*");
    }
    if (text.size() > kVarBytesMax) {
      violations->Add("vars." + name, fmt::format("is longer than {} bytes", kVarBytesMax));
    }
  }
}

void RequestTemplate::CompileRequest(const v1::Request& request,
                                     base::FieldViolations* violations) {
  if (!v1::Request::Method_IsValid(request.method())) {
    violations->Add("request.method", "must be METHOD_GET or METHOD_POST");
  }
  if (request.method() == v1::Request::METHOD_POST) method_ = http::Method::kPost;
  if (request.url().empty()) {
    violations->Add("request.url", "is required: an absolute http or https URL");
  } else {
    url_ = CompileTemplate(request.url(), "request.url", violations);
  }
  CheckCount(request.query().size(), "request.query", violations);
  for (const auto& [name, text] : Sorted(request.query())) {
    const std::string field = "request.query." + name;
    if (name.empty() || name.size() > kNameBytesMax) {
      violations->Add(field, "is the name of a query parameter, 1 to 255 bytes");
    }
    auto compiled = CompileTemplate(text, field, violations);
    if (compiled.has_value()) query_.emplace_back(name, *std::move(compiled));
  }
  CheckCount(request.headers().size(), "request.headers", violations);
  for (const auto& [name, text] : Sorted(request.headers())) {
    const std::string field = "request.headers." + name;
    if (!http::IsHeaderName(name) || name.size() > kNameBytesMax) {
      violations->Add(field, "is no header name (RFC 9110 5.6.2), e.g. \"X-Region\"");
    } else if (const std::string_view mistake = ReservedHeaderMistake(name); !mistake.empty()) {
      violations->Add(field, std::string(mistake));
    }
    auto compiled = CompileTemplate(text, field, violations);
    if (compiled.has_value()) headers_.emplace_back(name, *std::move(compiled));
  }
  if (!request.has_body()) return;
  if (method_ != http::Method::kPost) {
    violations->Add("request.body", "goes with METHOD_POST only");
  }
  auto body = BodyTemplate::Compile(request.body());
  if (!body.ok()) return violations->AddStatus("request.body", body.status());
  CheckNames(body->RootNames(), "request.body", violations);
  body_ = *std::move(body);
}

absl::StatusOr<RequestTemplate> RequestTemplate::Compile(const v1::Integration& integration) {
  RequestTemplate compiled;
  base::FieldViolations violations;
  compiled.CompileVars(integration, &violations);
  compiled.CompileRequest(integration.request(), &violations);
  // Only what compiled without a mistake is tried out: otherwise one mistake would show twice.
  if (violations.empty()) {
    Problems problems;
    compiled.RenderAll({.scope = kExamplePage}, kExampleStart, &problems);
    for (const auto& [field, status] : problems) violations.Add(field, base::MessageOf(status));
  }
  SYNCLINE_RETURN_IF_ERROR(violations.ToStatus());
  return compiled;
}

absl::StatusOr<http::Request> RequestTemplate::Render(const paging::PageRequest& page,
                                                      base::Time run_start) const {
  Problems problems;
  http::Request request = RenderAll(page, run_start, &problems);
  if (!problems.empty()) return problems.front().second;
  return request;
}

void RequestTemplate::RenderUrl(const paging::PageRequest& page, const expression::Value& scope,
                                expression::Evaluation& evaluation, http::Url* url,
                                Problems* problems) const {
  absl::StatusOr<std::string> text = page.next_url;
  if (page.next_url.empty()) {
    text = url_->RenderEncoded(scope, evaluation, Template::Null::kFails, &http::PercentEncode);
  }
  if (!text.ok()) {
    problems->emplace_back("request.url", text.status());
    return;
  }
  absl::StatusOr<http::Url> parsed = http::Url::Parse(*text);
  if (!parsed.ok()) {
    problems->emplace_back("request.url", parsed.status());
    return;
  }
  *url = *std::move(parsed);
  if (!page.next_url.empty()) return;
  for (const auto& [name, value] : query_) {
    auto rendered = value.Render(scope, evaluation, Template::Null::kFails);
    if (rendered.ok()) {
      http::SetQueryParameter(url, name, *rendered);
    } else {
      problems->emplace_back("request.query." + name, rendered.status());
    }
  }
  for (const auto& [name, value] : page.query) http::SetQueryParameter(url, name, value);
}

http::Request RequestTemplate::RenderAll(const paging::PageRequest& page, base::Time run_start,
                                         Problems* problems) const {
  const RequestScope names(vars_, page.scope, run_start);
  const expression::Value scope = names.value();
  expression::Evaluation evaluation(run_start);
  http::Request request{.method = method_};
  RenderUrl(page, scope, evaluation, &request.url, problems);
  if (body_.has_value()) {
    request.headers.Set("Content-Type", "application/json");
    auto body = body_->Render(scope, evaluation);
    if (body.ok()) {
      request.body = *std::move(body);
    } else {
      problems->emplace_back("request.body", body.status());
    }
  }
  for (const auto& [name, value] : headers_) {
    auto rendered = value.Render(scope, evaluation, Template::Null::kFails);
    if (rendered.ok() && !http::IsHeaderValue(*rendered)) {
      rendered = base::Error(base::Reason::kInvalidArgument,
                             fmt::format("The header '{}' holds a control character.", name));
    }
    if (rendered.ok()) {
      request.headers.Set(name, *std::move(rendered));
    } else {
      problems->emplace_back("request.headers." + name, rendered.status());
    }
  }
  return request;
}

}  // namespace syncline::pull
