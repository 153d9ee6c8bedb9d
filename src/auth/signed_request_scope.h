#pragma once

#include <string>
#include <string_view>

#include "expression/expression.h"
#include "http/message.h"
#include "request/vars.h"

namespace syncline::auth {

// The names that templates of a signature see: `request` (method, url, host, path, query, body,
// body_sha256, content_type) as it is about to be sent, `vars`, and what Set adds. Stays where it
// is; refers to what it was made of.
class SignedRequestScope {
 public:
  SignedRequestScope(const http::Request& request, const request::Vars& vars);
  SignedRequestScope(const SignedRequestScope&) = delete;
  SignedRequestScope& operator=(const SignedRequestScope&) = delete;

  void Set(std::string_view name, std::string_view text) {
    names_.Set(name, expression::Value::String(text));
  }
  expression::Value value() const { return names_.value(); }

 private:
  const std::string url_;
  const std::string host_;
  const std::string body_digest_;
  const std::string content_type_;
  expression::Scope request_;
  expression::Scope vars_;
  expression::Scope names_;
};

// What a definition's templates are tried out with when it is saved.
http::Request ExampleRequest();

}  // namespace syncline::auth
