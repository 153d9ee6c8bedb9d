#include "auth/session_scope.h"

#include <fmt/format.h>

#include "auth/cookie_jar.h"
#include "auth/shown_text.h"

namespace syncline::auth {
namespace {

using expression::Value;

constexpr int kDepthMax = 64;
constexpr std::size_t kShownKeysMax = 20;
constexpr std::size_t kShownKeyBytesMax = 64;

Value ValueOf(const Captured& captured) {
  const std::string_view text = captured.text.Reveal();
  switch (captured.kind) {
    case json::Kind::kNumber: return Value::Number(text);
    case json::Kind::kTrue: return Value::Bool(true);
    case json::Kind::kFalse: return Value::Bool(false);
    default: return Value::String(text);
  }
}

}  // namespace

SessionScope::SessionScope(const NamedSecrets* secrets, const request::Vars& vars,
                           const CapturedValues& session) {
  for (const auto& [name, text] : vars) vars_.Set(name, Value::String(text));
  for (const auto& [name, captured] : session) session_.Set(name, ValueOf(captured));
  names_.Set("vars", vars_.value());
  names_.Set("session", session_.value());
  if (secrets == nullptr) return;
  for (const auto& [name, secret] : *secrets) secrets_.Set(name, Value::String(secret.Reveal()));
  names_.Set("secrets", secrets_.value());
}

LoginAnswerScope::LoginAnswerScope(const http::Response& answer, const CookieJar& jar)
    : status_(std::to_string(answer.status)) {
  auto document = json::Document::Parse(answer.body, {.depth_max = kDepthMax});
  if (document.ok()) {
    document_ = *std::move(document);
    names_.Set("response", Value(document_->root()));
  } else if (json::IsValidUtf8(answer.body)) {
    text_ = answer.body;
    names_.Set("response", Value::String(text_));
  }
  for (const auto& [name, value] : answer.headers.all()) {
    std::string& text = header_texts_[http::ToLowerCase(name)];
    text += text.empty() ? value : ", " + value;
  }
  for (const auto& [name, text] : header_texts_) headers_.Set(name, Value::String(text));
  for (const CookieJar::Cookie& cookie : jar.cookies()) {
    cookies_.Set(cookie.name, Value::String(cookie.value.Reveal()));
  }
  names_.Set("headers", headers_.value());
  names_.Set("cookies", cookies_.value());
  names_.Set("status", Value::Number(status_));
}

std::string LoginAnswerScope::Describe() const {
  if (document_ == nullptr) return "is no JSON";
  if (document_->root().kind() != json::Kind::kObject) return "is no JSON object";
  std::string keys;
  std::size_t count = 0;
  Value(document_->root()).ForEachMember([&](std::string_view key, const Value&) {
    if (++count > kShownKeysMax) return;
    keys += (keys.empty() ? "" : ", ") + ShownText(std::string(key), kShownKeyBytesMax);
  });
  if (count > kShownKeysMax) keys += fmt::format(" and {} more", count - kShownKeysMax);
  return keys.empty() ? "is an empty object" : "has the members " + keys;
}

}  // namespace syncline::auth
