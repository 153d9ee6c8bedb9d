#pragma once

#include <list>
#include <map>
#include <string>
#include <string_view>

#include "expression/expression.h"
#include "http/message.h"
#include "json/document.h"
#include "request/vars.h"
#include "secret/secret.h"

namespace syncline::auth {

class CookieJar;

// A value that a login captured: text, number or truth value.
struct Captured {
  json::Kind kind = json::Kind::kString;
  secret::Secret text;  // of a truth value "true" or "false"
};
using CapturedValues = std::map<std::string, Captured>;
using NamedSecrets = std::map<std::string, secret::Secret>;

// The names that templates of a session see: `secrets` (where there are some to see), `vars`,
// `session`. Stays where it is; refers to what it was made of.
class SessionScope {
 public:
  SessionScope(const NamedSecrets* secrets, const request::Vars& vars,
               const CapturedValues& session);
  SessionScope(const SessionScope&) = delete;
  SessionScope& operator=(const SessionScope&) = delete;
  expression::Value value() const { return names_.value(); }

 private:
  expression::Scope secrets_;
  expression::Scope vars_;
  expression::Scope session_;
  expression::Scope names_;
};

// The names that captures see after an answer: `response` (the JSON body, else its text), `headers`
// (names in lower case, repeated ones joined by ", "), `cookies` (all that the login set so far),
// `status`. Stays where it is; refers to the jar.
class LoginAnswerScope {
 public:
  LoginAnswerScope(const http::Response& answer, const CookieJar& jar);
  LoginAnswerScope(const LoginAnswerScope&) = delete;
  LoginAnswerScope& operator=(const LoginAnswerScope&) = delete;
  expression::Value value() const { return names_.value(); }
  // What the body is, without its values, which may be secret: "has the members data, meta".
  std::string Describe() const;

 private:
  std::string text_;
  std::shared_ptr<const json::Document> document_;  // null unless the body is JSON
  std::map<std::string, std::string> header_texts_;
  std::string status_;
  expression::Scope headers_;
  expression::Scope cookies_;
  expression::Scope names_;
};

}  // namespace syncline::auth
