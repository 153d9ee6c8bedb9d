#include "auth/oauth2_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "base/status.h"
#include "http/retry_after.h"

namespace syncline::auth {
namespace {

using base::Reason;

constexpr std::size_t kErrorBytesMax = 64;
constexpr std::size_t kDepthMax = 32;
// No lifetime is read as longer: it also keeps arithmetic from overflowing.
constexpr std::chrono::seconds kLifetimeReadMax{std::chrono::hours(24 * 3660)};

Reason ReasonOfError(const std::string& error) {
  for (const char* person : {"invalid_grant", "interaction_required", "login_required",
                             "consent_required", "account_selection_required"}) {
    if (error == person) return Reason::kReauthRequired;
  }
  if (error == "slow_down") return Reason::kVendorThrottled;
  if (error == "server_error" || error == "temporarily_unavailable") return Reason::kVendorError;
  return Reason::kSignInFailed;
}

// What would be right, for the errors of RFC 6749 5.2.
std::string_view RemedyFor(const std::string& error) {
  if (error == "invalid_client") {
    return "check clientId, the client's secret or key, and clientAuthentication";
  }
  if (error == "unauthorized_client") return "allow this client this grant at the provider";
  if (error == "invalid_scope") return "check scopes and scopeSeparator";
  if (error == "unsupported_grant_type") return "choose a grant that the provider offers";
  if (error == "invalid_request") return "check parameters, bodyFormat and clientAuthentication";
  if (error == "invalid_target") return "check audience and resources";
  return "";
}

bool IsCount(const expression::Value& value) {
  return value.kind() == json::Kind::kNumber || value.kind() == json::Kind::kString;
}

// The whole seconds of "3600", "3599.5" or "3.6e3".
std::optional<std::chrono::seconds> ParseSeconds(std::string_view text) {
  double seconds = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, seconds);
  if (stop != end || text.empty() || !(seconds == seconds)) return std::nullopt;
  if (error == std::errc::result_out_of_range) return std::nullopt;
  if (error != std::errc()) return std::nullopt;
  const auto most = static_cast<double>(kLifetimeReadMax.count());
  return std::chrono::seconds(static_cast<std::int64_t>(std::clamp(seconds, -1.0, most)));
}

absl::StatusOr<std::optional<std::chrono::seconds>> SecondsOf(const expression::Value& value,
                                                              std::string_view name) {
  if (value.is_null()) return std::optional<std::chrono::seconds>();
  const auto seconds = IsCount(value) ? ParseSeconds(value.text()) : std::nullopt;
  if (!seconds.has_value()) {
    return base::Error(Reason::kSignInFailed,
                       fmt::format("has a '{}' that is no number of seconds", name));
  }
  return seconds;
}

// Scrubbed before it is cut: a cut could leave half a secret.
std::string MembersOf(json::Node object, const KnownSecrets& known) {
  constexpr std::size_t kMembersMax = 20;
  std::string names;
  std::size_t count = 0;
  expression::Value(object).ForEachMember([&](std::string_view key, const expression::Value&) {
    if (++count > kMembersMax) return;
    names += fmt::format("{}{}", names.empty() ? "" : ", ",
                         ShownText(known.Scrub(std::string(key)), kErrorBytesMax));
  });
  return count == 0 ? "no member" : "the members " + names;
}

}  // namespace

std::string ShownText(std::string_view text, std::size_t bytes_max) {
  std::size_t end = std::min(text.size(), bytes_max);
  while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
    --end;
  }
  std::string shown(text.substr(0, end));
  const bool is_utf8 = json::IsValidUtf8(shown);
  for (char& c : shown) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) c = ' ';
    if (byte >= 0x80 && !is_utf8) c = '?';
  }
  return shown;
}

OAuth2Answer::OAuth2Answer(http::Url asked, http::Response response, base::Time now)
    : asked_(std::move(asked)), response_(std::move(response)) {
  if (const auto header = response_.headers.Find("Retry-After"); header.has_value()) {
    retry_after_ = http::ParseRetryAfter(*header, now);
  }
  auto document =
      json::Document::Parse(response_.body, {.depth_max = kDepthMax, .bytes_max = kBodyBytesMax});
  if (!document.ok() || (*document)->root().kind() != json::Kind::kObject) return;
  body_ = *std::move(document);
  json::Node error;
  const bool has_text = body_->root().Find("error", &error) && error.kind() == json::Kind::kString;
  if (has_text && error.text().size() <= kErrorBytesMax) {  // what is longer is no code
    error_ = ShownText(error.text(), kErrorBytesMax);
  }
}

// `error` that says "none" is none: vendors write null, false and "".
bool OAuth2Answer::HasError() const {
  json::Node error;
  return body_ != nullptr && body_->root().Find("error", &error) &&
         expression::IsTruthy(expression::Value(error));
}

std::string_view OAuth2Answer::Text(std::string_view name) const {
  json::Node value;
  const bool found = body_->root().Find(name, &value) && value.kind() == json::Kind::kString;
  return found ? value.text() : std::string_view();
}

absl::StatusOr<std::optional<std::chrono::seconds>> OAuth2Answer::Seconds(
    std::string_view name) const {
  json::Node value;
  if (!body_->root().Find(name, &value)) return std::optional<std::chrono::seconds>();
  auto seconds = SecondsOf(expression::Value(value), name);
  return seconds.ok() ? seconds : Wrong(base::MessageOf(seconds.status()));
}

absl::Status OAuth2Answer::Wrong(std::string_view what) const {
  return base::Error(Reason::kSignInFailed,
                     fmt::format("The answer of {} {}.", asked_.ForLog(), what));
}

// A body that came with success is never shown: it may hold tokens that nobody knows to scrub.
std::string OAuth2Answer::Description(const KnownSecrets& known) const {
  const auto shown = [&known](std::string text) {
    return ShownText(known.Scrub(std::move(text)), kShownBytesMax);
  };
  if (body_ == nullptr) return is_success() ? "" : shown(response_.body);
  json::Node found;
  if (body_->root().Find("error_description", &found) && found.kind() == json::Kind::kString) {
    return shown(std::string(found.text()));
  }
  if (!error_.empty()) return "";
  if (is_success())
    return HasError() && body_->root().Find("error", &found) ? shown(json::ToJson(found)) : "";
  return shown(json::ToJson(body_->root()));  // no answer of RFC 6749: the whole may say something
}

absl::Status OAuth2Answer::ToError(const KnownSecrets& known) const {
  const int status = response_.status;
  Reason reason = ReasonOfError(error_);
  if (status == 429) reason = Reason::kVendorThrottled;
  if (status == 408 || status >= 500) reason = Reason::kVendorError;
  const std::string error = known.Scrub(error_);
  std::string message = fmt::format("{} answered {}", asked_.ForLog(), status);
  if (is_success() && body_ == nullptr) {
    const std::string type(response_.headers.Find("Content-Type").value_or("unknown type"));
    message +=
        fmt::format(" with no JSON object, but {}", ShownText(known.Scrub(type), kErrorBytesMax));
  }
  if (!error.empty()) message += fmt::format(" with the error {}", error);
  if (status >= 300 && status < 400) message += "; redirects are not followed";
  const std::string description = Description(known);
  if (!description.empty()) message += fmt::format(": {}", description);
  const std::string_view remedy = RemedyFor(error_);
  if (reason == Reason::kSignInFailed && !remedy.empty()) message += fmt::format("; {}", remedy);
  absl::Status result = base::Error(
      reason, message,
      {{"status", std::to_string(status)}, {"error", error}, {"error_description", description}});
  const bool may_pass = reason == Reason::kVendorThrottled || reason == Reason::kVendorError;
  if (may_pass && retry_after_.has_value()) {
    return base::WithRetryAfter(std::move(result), *retry_after_);
  }
  return result;
}

absl::StatusOr<std::string> OAuth2Answer::TextAt(const std::optional<expression::Expression>& where,
                                                 std::string_view name) const {
  if (!where.has_value()) return std::string(Text(name));
  expression::Evaluation evaluation;
  const auto found = where->Evaluate(expression::Value(body_->root()), evaluation);
  if (!found.ok()) {
    return Wrong(fmt::format("does not fit '{}': {}", where->text(),
                             ShownText(base::MessageOf(found.status()), kShownBytesMax)));
  }
  return found->kind() == json::Kind::kString ? std::string(found->text()) : std::string();
}

absl::StatusOr<GrantedTokens> OAuth2Answer::ToTokens(const TokenAnswerFields& fields,
                                                     const KnownSecrets& known) const {
  if (!ok()) return ToError(known);
  for (const char* bound : {"dpop", "mac", "pop"}) {  // RFC 6749 7.1: the type must be known
    if (http::EqualsIgnoringCase(Text("token_type"), bound)) {
      return Wrong(fmt::format("has the token type {}, but only bearer tokens are sent", bound));
    }
  }
  SYNCLINE_ASSIGN_OR_RETURN(std::string access_token, TextAt(fields.access_token, "access_token"));
  SYNCLINE_ASSIGN_OR_RETURN(std::string refresh_token,
                            TextAt(fields.refresh_token, "refresh_token"));
  GrantedTokens tokens{.access_token = secret::Secret(std::move(access_token)),
                       .refresh_token = secret::Secret(std::move(refresh_token))};
  if (tokens.access_token.empty()) {
    return Wrong(
        fmt::format("has no token at '{}'; it has {}; response.accessToken says where it is",
                    fields.access_token.has_value() ? fields.access_token->text() : "access_token",
                    MembersOf(body_->root(), known)));
  }
  for (const secret::Secret* token : {&tokens.access_token, &tokens.refresh_token}) {
    if (token->Reveal().size() > kTokenBytesMax) {
      return Wrong(fmt::format("has a token of more than {} bytes", kTokenBytesMax));
    }
    if (!http::IsHeaderValue(token->Reveal())) {
      return Wrong("has a token with control characters, which no header may carry");
    }
  }
  expression::Evaluation evaluation;
  absl::StatusOr<std::optional<std::chrono::seconds>> lifetime = Seconds("expires_in");
  if (fields.expires_in.has_value()) {
    const auto found = fields.expires_in->Evaluate(expression::Value(body_->root()), evaluation);
    if (!found.ok()) return Wrong(fmt::format("does not fit '{}'", fields.expires_in->text()));
    lifetime = SecondsOf(*found, fields.expires_in->text());
    if (!lifetime.ok()) return Wrong(base::MessageOf(lifetime.status()));
  }
  if (!lifetime.ok()) return lifetime.status();
  // None, or "never": until the vendor refuses it.
  const bool is_said = lifetime->has_value() && **lifetime > std::chrono::seconds(0);
  tokens.lifetime = is_said ? *lifetime : fields.lifetime;
  return tokens;
}

}  // namespace syncline::auth
