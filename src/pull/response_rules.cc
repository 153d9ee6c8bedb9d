#include "pull/response_rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "auth/redirecting_transport.h"
#include "auth/shown_text.h"
#include "base/status.h"
#include "decode/compression.h"
#include "json/document.h"
#include "pull/redaction.h"

namespace syncline::pull {
namespace {

constexpr int kShownKeysMax = 20;
constexpr std::size_t kShownKeyBytesMax = 64;
constexpr std::string_view kXmlHint =
    "; in XML a list of one looks like that, so name its element in response.xml.lists";

// Cuts before `max` bytes, not inside a character.
std::string_view Cut(std::string_view text, std::size_t max) {
  if (text.size() <= max) return text;
  std::size_t end = max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end);
}

std::string TypeOf(const http::Response& response) {
  const std::string_view text = response.headers.Find("Content-Type").value_or("");
  std::string type = http::ToLowerCase(text.substr(0, text.find(';')));
  type.erase(type.find_last_not_of(" \t") + 1);
  return type;
}

bool IsPage(std::string_view type) {
  return type == "text/html" || type == "application/xhtml+xml";
}

bool IsJsonType(std::string_view type) {
  return type == "application/json" || type == "text/json" || type.ends_with("+json");
}

// Files in other formats travel under types of every kind, and so does what is compressed: only the
// page for people is told by its type, the rest by the content.
bool IsTypeOf(const v1::ResponseRules& rules, std::string_view type, const std::string& body) {
  if (type.empty()) return true;
  const bool is_json = rules.format() == v1::RESPONSE_FORMAT_UNSPECIFIED ||
                       rules.format() == v1::RESPONSE_FORMAT_JSON;
  if (!is_json || decode::FindCompression(body) != decode::Compression::kNone) {
    return !IsPage(type);
  }
  return IsJsonType(type);
}

std::string_view FormatName(v1::ResponseFormat format) {
  switch (format) {
    case v1::RESPONSE_FORMAT_JSON_LINES: return "JSON Lines";
    case v1::RESPONSE_FORMAT_CSV: return "CSV";
    case v1::RESPONSE_FORMAT_XML: return "XML";
    default: return "JSON";
  }
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

}  // namespace

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
    message += fmt::format(
        ": it redirects to {}, which is not followed: only GET, {} times at most, with the same "
        "scheme, to the same origin or an allowed host, and never with a signature over the URL",
        target.ok() ? target->origin() : "no valid URL",
        auth::RedirectingTransport::kRedirectCountMax);
  }
  message += body.empty() ? "." : fmt::format(". It says: {}", Cut(body, auth::kMessageBytesMax));
  return base::Error(is_sign_in ? base::Reason::kAuthFailed : base::Reason::kVendorError, message,
                     {{"status", std::to_string(response.status)}, {"body", body}});
}

std::string ShownBody(const std::string& body, const auth::Authenticator& authenticator) {
  // Scrubbed whole: a cut could leave half.
  return auth::ShownText(WithoutSecretParameters(authenticator.Scrub(body)));
}

absl::Status WithBody(const absl::Status& status, const std::string& body,
                      const auth::Authenticator& authenticator) {
  base::ErrorMetadata metadata = base::MetadataOf(status);
  metadata["body"] = ShownBody(body, authenticator);
  absl::Status whole = base::Error(base::ReasonOf(status), base::MessageOf(status), metadata);
  const auto delay = base::RetryAfterOf(status);
  return delay.has_value() ? base::WithRetryAfter(std::move(whole), *delay) : whole;
}

bool IsWithoutContent(const http::Response& response) {
  return response.status == 204 || response.status == 205;
}

bool HasExpectedType(const http::Response& response, const v1::ResponseRules& rules) {
  return rules.any_content_type() || IsTypeOf(rules, TypeOf(response), response.body);
}

bool IsPageForPeople(const http::Response& response, const v1::ResponseRules& rules) {
  return !rules.any_content_type() && IsPage(TypeOf(response));
}

absl::Status UnexpectedType(const http::Response& response, const http::Url& asked,
                            const v1::ResponseRules& rules,
                            const auth::Authenticator& authenticator) {
  const std::string_view type = response.headers.Find("Content-Type").value_or("");
  const std::string shown = ShownBody(std::string(type), authenticator);
  return base::Error(base::Reason::kUnexpectedContentType,
                     fmt::format("{} answered with {} instead of {}.", asked.origin(),
                                 Cut(shown, kShownKeyBytesMax), FormatName(rules.format())),
                     {{"content_type", shown}, {"body", ShownBody(response.body, authenticator)}});
}

absl::StatusOr<expression::Value> FindRecords(const expression::Expression& records,
                                              const expression::Value& body,
                                              const v1::ResponseRules& rules,
                                              expression::Evaluation& evaluation,
                                              bool may_be_object) {
  SYNCLINE_ASSIGN_OR_RETURN(const expression::Value found, records.Evaluate(body, evaluation));
  if (found.kind() == json::Kind::kArray) return found;
  if (found.kind() == json::Kind::kObject && may_be_object) return found;
  if (!found.is_null()) {
    const bool is_xml = rules.format() == v1::RESPONSE_FORMAT_XML;
    return base::Error(base::Reason::kRecordsNotAList,
                       fmt::format("The records ({}) are {}, not a list{}.", records.text(),
                                   KindName(found.kind()), is_xml ? kXmlHint : ""));
  }
  if (rules.records_may_be_missing()) return expression::Value::Array({});
  return base::Error(base::Reason::kRecordsNotFound,
                     fmt::format("There are no records at '{}': the answer {}.", records.text(),
                                 DescribeBody(body)));
}

}  // namespace syncline::pull
