#include "auth/signed_request_scope.h"

#include "secret/digest.h"

namespace syncline::auth {
namespace {

using expression::Value;

// As the header Host has it: with a port unless it is the scheme's own.
std::string HostOf(const http::Url& url) {
  const std::string origin = url.origin();
  return origin.substr(origin.find("://") + 3);
}

}  // namespace

SignedRequestScope::SignedRequestScope(const http::Request& request, const request::Vars& vars)
    : url_(request.url.ToString()),
      host_(HostOf(request.url)),
      body_digest_(secret::EncodeHex(secret::Sha256(request.body))),
      content_type_(request.headers.Find("Content-Type").value_or("")) {
  request_.Set("method", Value::String(http::MethodName(request.method)));
  request_.Set("url", Value::String(url_));
  request_.Set("host", Value::String(host_));
  request_.Set("path", Value::String(request.url.path));
  request_.Set("query", Value::String(request.url.query));
  request_.Set("body", Value::String(request.body));
  request_.Set("body_sha256", Value::String(body_digest_));
  request_.Set("content_type", Value::String(content_type_));
  for (const auto& [name, text] : vars) vars_.Set(name, Value::String(text));
  names_.Set("request", request_.value());
  names_.Set("vars", vars_.value());
}

http::Request ExampleRequest() {
  http::Request request{.method = http::Method::kPost,
                        .url = *http::Url::Parse("https://vendor.example/list?page=1")};
  request.headers.Set("Content-Type", "application/json");
  request.body = "{}";
  return request;
}

}  // namespace syncline::auth
