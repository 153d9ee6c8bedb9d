#include "request/request_body.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "json/document.h"
#include "request/form.h"

namespace syncline::request {
namespace {

using expression::Template;

constexpr char kJson[] = "application/json";
constexpr char kForm[] = "application/x-www-form-urlencoded";
constexpr char kText[] = "text/plain; charset=utf-8";

// The kinds of body that are set, in order of their fields.
std::vector<const char*> KindsOf(const v1::Request& request) {
  std::vector<const char*> kinds;
  if (request.has_body()) kinds.push_back("body");
  if (!request.form().empty()) kinds.push_back("form");
  if (request.has_text()) kinds.push_back("text");
  if (request.has_graphql()) kinds.push_back("graphql");
  return kinds;
}

// The names that GraphQL allows (2.1.9).
bool IsGraphqlName(std::string_view name) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !name.empty() && name.size() <= kNameBytesMax && is_letter(name[0]) &&
         std::ranges::all_of(name, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

void CheckGraphql(const v1::GraphqlBody& graphql, base::FieldViolations* violations) {
  const std::string& query = graphql.query();
  if (query.empty()) violations->Add("graphql.query", "is required");
  if (query.size() > RequestBody::kGraphqlBytesMax) {
    violations->Add("graphql.query",
                    fmt::format("is longer than {} bytes", RequestBody::kGraphqlBytesMax));
  }
  if (query.find("{{") != std::string::npos) {
    violations->Add("graphql.query",
                    "holds {{, and is sent as it is: declare a variable, and give it a template in "
                    "graphql.variables");
  }
  if (!graphql.operation_name().empty() && !IsGraphqlName(graphql.operation_name())) {
    violations->Add("graphql.operationName", "is no name of GraphQL, e.g. \"Devices\"");
  }
}

}  // namespace

RequestBody RequestBody::Compile(const v1::Request& request, http::Method method,
                                 const NamesInScope& names, base::FieldViolations* violations) {
  RequestBody body;
  body.form_ = TextTemplates::Compile(Sorted(request.form()), "form", names, &ParameterNameMistake,
                                      violations);
  const std::vector<const char*> kinds = KindsOf(request);
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    if (method == http::Method::kGet) {
      violations->Add(kinds[i], "does not go with METHOD_GET; set method to METHOD_POST");
    }
    if (i > 0) {
      violations->Add(kinds[i], fmt::format("stands beside {}; a request has one of body, form, "
                                            "text, graphql",
                                            kinds[0]));
    }
  }
  if (request.omit_empty()) body.form_.LeaveOutEmpty();
  if (!body.form_.empty()) body.content_type_ = kForm;
  if (request.has_body()) body.CompileJson(request, names, violations);
  if (request.has_text()) body.CompileText(request.text(), names, violations);
  if (request.has_graphql()) {
    if (method != http::Method::kGet && method != http::Method::kPost) {
      violations->Add("method", "must be METHOD_POST, or left out, beside graphql");
    }
    body.CompileGraphql(request, names, violations);
  }
  return body;
}

void RequestBody::CompileJson(const v1::Request& request, const NamesInScope& names,
                              base::FieldViolations* violations) {
  content_type_ = kJson;
  field_ = "body";
  auto json = BodyTemplate::Compile(request.body(), request.omit_empty());
  if (!json.ok()) return violations->AddStatus(field_, json.status());
  CheckNames(json->RootPaths(), field_, names, violations);
  json_ = *std::move(json);
}

void RequestBody::CompileText(const v1::TextBody& text, const NamesInScope& names,
                              base::FieldViolations* violations) {
  content_type_ = text.content_type().empty() ? kText : text.content_type();
  field_ = "text.content";
  if (!http::IsHeaderValue(content_type_) || content_type_.size() > kNameBytesMax) {
    violations->Add("text.contentType", "is no media type, e.g. \"application/sparql-query\"");
  }
  if (text.content().empty()) return violations->Add(field_, "is required");
  text_ = CompileTemplate(text.content(), field_, names, violations);
}

void RequestBody::CompileGraphql(const v1::Request& request, const NamesInScope& names,
                                 base::FieldViolations* violations) {
  content_type_ = kJson;
  field_ = "graphql.variables";
  const v1::GraphqlBody& graphql = request.graphql();
  CheckGraphql(graphql, violations);
  before_ = "{\"query\":";
  json::AppendJsonString(graphql.query(), &before_);
  if (!graphql.operation_name().empty()) {
    before_ += ",\"operationName\":";
    json::AppendJsonString(graphql.operation_name(), &before_);
  }
  before_ += ",\"variables\":";
  after_ = "}";
  google::protobuf::Value variables;
  *variables.mutable_struct_value() = graphql.variables();
  auto json = BodyTemplate::Compile(variables, request.omit_empty());
  if (!json.ok()) return violations->AddStatus(field_, json.status());
  CheckNames(json->RootPaths(), field_, names, violations);
  json_ = *std::move(json);
}

bool RequestBody::Mentions(std::string_view name) const {
  return form_.Mentions(name) || (text_.has_value() && Holds(text_->RootNames(), name)) ||
         (json_.has_value() && json_->Mentions(name));
}

void RequestBody::Render(const expression::Value& scope, expression::Evaluation& evaluation,
                         http::Request* request, TextTemplates::Problems* problems) const {
  if (content_type_.empty()) return;
  request->headers.Set("Content-Type", content_type_);
  if (!form_.empty()) {
    request->body = EncodeForm(form_.Render(scope, evaluation, problems));
    return;
  }
  absl::StatusOr<std::string> text = text_.has_value()
                                         ? text_->Render(scope, evaluation, Template::Null::kFails)
                                         : json_->Render(scope, evaluation);
  if (text.ok()) {
    request->body = before_ + *std::move(text) + after_;
  } else {
    problems->emplace_back(field_, text.status());
  }
}

}  // namespace syncline::request
