#include "pull/response_rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "auth/shown_text.h"
#include "base/status.h"
#include "json/document.h"

namespace syncline::pull {
namespace {

constexpr int kShownKeysMax = 20;
constexpr std::size_t kShownKeyBytesMax = 64;

// Cuts before `max` bytes, not inside a character.
std::string_view Cut(std::string_view text, std::size_t max) {
  if (text.size() <= max) return text;
  std::size_t end = max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end);
}

bool IsJsonType(std::string_view content_type) {
  std::string type = http::ToLowerCase(content_type.substr(0, content_type.find(';')));
  type.erase(type.find_last_not_of(" \t") + 1);
  return type.empty() || type == "application/json" || type == "text/json" ||
         type.ends_with("+json");
}

std::string_view KindName(json::Kind kind) {
  switch (kind) {
    case json::Kind::kNull: return "null";
    case json::Kind::kFalse:
    case json::Kind::kTrue: return "a truth value";
    case json::Kind::kNumber: return "a number";
    case json::Kind::kString: return "a string";
    case json::Kind::kArray: return "a list";
    case json::Kind::kObject: return "an object";
  }
  return "nothing";
}

// "data, meta", or what else the body is.
std::string DescribeBody(const expression::Value& body) {
  if (body.kind() != json::Kind::kObject) return fmt::format("is {}", KindName(body.kind()));
  std::string keys;
  int count = 0;
  body.ForEachMember([&](std::string_view key, const expression::Value&) {
    if (++count > kShownKeysMax) return;
    keys += fmt::format("{}{}", keys.empty() ? "" : ", ", Cut(key, kShownKeyBytesMax));
  });
  if (count > kShownKeysMax) keys += fmt::format(" and {} more", count - kShownKeysMax);
  return keys.empty() ? "is an empty object" : "has the members " + keys;
}

absl::Status StatusFailure(const http::Response& response, const http::Url& asked,
                           const auth::Authenticator& authenticator) {
  const bool is_sign_in = authenticator.Refuses(response);
  const std::string body = ShownBody(response.body, authenticator);
  std::string message = fmt::format("{} answered {}", asked.origin(), response.status);
  if (is_sign_in) message += ": the sign-in was refused";
  if (const auto location = response.headers.Find("Location");
      response.status < 400 && location.has_value()) {
    // The origin alone: the rest may carry what the vendor got from us.
    const auto target = http::ResolveReference(asked, *location);
    message += fmt::format(": redirects are not followed, and it points to {}",
                           target.ok() ? target->origin() : "no valid URL");
  }
  message += body.empty() ? "." : fmt::format(". It says: {}", Cut(body, auth::kMessageBytesMax));
  return base::Error(is_sign_in ? base::Reason::kAuthFailed : base::Reason::kVendorError, message,
                     {{"status", std::to_string(response.status)}, {"body", body}});
}

}  // namespace

std::string ShownBody(const std::string& body, const auth::Authenticator& authenticator) {
  return auth::ShownText(authenticator.Scrub(body));  // scrubbed whole: a cut could leave half
}

bool IsWithoutContent(const http::Response& response) {
  return response.status == 204 || response.status == 205;
}

absl::Status JudgeResponse(const http::Response& response, const http::Url& asked,
                           const v1::ResponseRules& rules,
                           const auth::Authenticator& authenticator) {
  if (response.status < 200 || response.status >= 300) {
    return StatusFailure(response, asked, authenticator);
  }
  if (IsWithoutContent(response) || rules.any_content_type()) return absl::OkStatus();
  const std::string_view type = response.headers.Find("Content-Type").value_or("");
  if (IsJsonType(type)) return absl::OkStatus();
  const std::string shown = ShownBody(std::string(type), authenticator);
  return base::Error(base::Reason::kUnexpectedContentType,
                     fmt::format("{} answered with {} instead of JSON.", asked.origin(),
                                 Cut(shown, kShownKeyBytesMax)),
                     {{"content_type", shown}, {"body", ShownBody(response.body, authenticator)}});
}

absl::StatusOr<expression::Value> FindRecords(const expression::Expression& records,
                                              const expression::Value& body,
                                              const v1::ResponseRules& rules,
                                              expression::Evaluation& evaluation) {
  SYNCLINE_ASSIGN_OR_RETURN(const expression::Value found, records.Evaluate(body, evaluation));
  if (found.kind() == json::Kind::kArray) return found;
  if (!found.is_null()) {
    return base::Error(base::Reason::kRecordsNotAList,
                       fmt::format("The records ({}) are {}, not a list.", records.text(),
                                   KindName(found.kind())));
  }
  if (rules.records_may_be_missing()) return expression::Value::Array({});
  return base::Error(base::Reason::kRecordsNotFound,
                     fmt::format("There are no records at '{}': the answer {}.", records.text(),
                                 DescribeBody(body)));
}

}  // namespace syncline::pull
