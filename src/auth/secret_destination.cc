#include "auth/secret_destination.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/util/message_differencer.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "auth/aws_endpoint.h"

namespace syncline::auth {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::util::MessageDifferencer;

constexpr std::string_view kAlternatives = "alternatives.";
constexpr std::string_view kTokens = "api_tokens.tokens.";

// What may change while a secret stays stored. A field that is not here counts, so a new one does
// until somebody has thought about it. Parents come before what is in them.
constexpr auto kIndifferent = std::to_array<std::string_view>({
    "basic.username",
    "api_token.prefix",
    // To the same endpoint either way; what the provider is asked for, and what is done with the
    // tokens that it grants, which end by themselves.
    "oauth2.client_id",
    "oauth2.client_authentication",
    "oauth2.client_key",
    "oauth2.scopes",
    "oauth2.scope_separator",
    "oauth2.audience",
    "oauth2.resources",
    "oauth2.parameters",
    "oauth2.headers",
    "oauth2.body_format",
    "oauth2.response",
    "oauth2.lifetime",
    "oauth2.placement",
    "oauth2.client_assertion_audience",
    "oauth2.authorization_code.parameters",
    "oauth2.authorization_code.disable_pkce",
    "oauth2.password.username",
    "oauth2.jwt_bearer.key",
    "oauth2.jwt_bearer.issuer",
    "oauth2.jwt_bearer.subject",
    "oauth2.jwt_bearer.audience",
    "oauth2.jwt_bearer.claims",
    "oauth2.jwt_bearer.lifetime",
    // The keys only sign. The session token goes to the vendor and to STS, see EffectiveStsUrl.
    "aws.access_key_id",
    "aws.region",
    "aws.service",
    "aws.role_chain",
    "aws.roles",
    "aws.include_own_account",
    // Pages see the session, which ends, and no secret.
    "session.headers",
    "session.query",
    "session.cookies",
    "session.ignore_cookies",
    "session.lifetime",
    "session.expired_statuses",
});

void Clear(Message* message, std::string_view path) {
  const std::size_t dot = path.find('.');
  const FieldDescriptor* const field =
      message->GetDescriptor()->FindFieldByName(std::string(path.substr(0, dot)));
  if (dot == std::string_view::npos) {
    message->GetReflection()->ClearField(message, field);
  } else if (message->GetReflection()->HasField(*message, field)) {
    Clear(message->GetReflection()->MutableMessage(message, field), path.substr(dot + 1));
  }
}

void KeepDeciding(v1::SignIn* sign_in) {
  // Their keys are never sent.
  if (sign_in->has_jwt()) sign_in->mutable_jwt()->Clear();
  if (sign_in->has_hmac()) sign_in->mutable_hmac()->Clear();
  if (sign_in->has_aws() && sign_in->aws().sts_url().empty()) {
    sign_in->mutable_aws()->set_sts_url(AwsStsUrl(sign_in->aws().region()));
  }
  for (const std::string_view path : kIndifferent) Clear(sign_in, path);
}

// Which of the sign-ins of a credential holds the secret at a path.
struct Holder {
  std::string alternative;  // "" = the credential's own kind
  std::string token;        // of api_tokens, each of which has a place of its own; else ""

  static Holder Of(std::string_view path) {
    Holder holder;
    const auto take_name = [&path](std::string_view begin) {
      path.remove_prefix(begin.size());
      std::string name(path.substr(0, path.find('.')));
      path.remove_prefix(std::min(name.size() + 1, path.size()));
      return name;
    };
    if (path.starts_with(kAlternatives)) holder.alternative = take_name(kAlternatives);
    if (path.starts_with(kTokens)) holder.token = take_name(kTokens);
    return holder;
  }

  // The sign-in with nothing but what decides where its secrets go.
  v1::SignIn DestinationIn(const v1::Credential& credential) const {
    v1::SignIn sign_in;
    if (alternative.empty()) {
      // The kinds have the same numbers in both messages; a test holds the contract to it.
      sign_in.ParseFromString(credential.SerializeAsString());
      sign_in.DiscardUnknownFields();
    } else if (const auto found = credential.alternatives().find(alternative);
               found != credential.alternatives().end()) {
      sign_in = found->second;
    }
    if (!token.empty()) {
      const auto tokens = sign_in.api_tokens().tokens();
      const auto found = tokens.find(token);
      sign_in.Clear();
      if (found != tokens.end()) *sign_in.mutable_api_token() = found->second;
    }
    KeepDeciding(&sign_in);
    return sign_in;
  }

  // `field` of a sign-in and, if it is not the kind itself, of the kind's message.
  std::string JsonPath(const FieldDescriptor* kind, const FieldDescriptor* field) const {
    return fmt::format(
        "{}{}{}{}", alternative.empty() ? "" : fmt::format("{}{}.", kAlternatives, alternative),
        token.empty() ? kind->json_name() : fmt::format("apiTokens.tokens.{}", token),
        field == nullptr ? "" : ".", field == nullptr ? "" : field->json_name());
  }
};

// Names the fields that differ, each once.
class FieldNames final : public MessageDifferencer::Reporter {
 public:
  using Path = std::vector<MessageDifferencer::SpecificField>;
  FieldNames(const Holder& holder, std::vector<std::string>* fields)
      : holder_(holder), fields_(fields) {}
  void ReportAdded(const Message&, const Message&, const Path& path) override { Add(path); }
  void ReportDeleted(const Message&, const Message&, const Path& path) override { Add(path); }
  void ReportModified(const Message&, const Message&, const Path& path) override {
    if (path.size() > 1) Add(path);  // of the kind itself its fields say more
  }

 private:
  void Add(const Path& path) {
    std::string name = holder_.JsonPath(path[0].field, path.size() > 1 ? path[1].field : nullptr);
    if (std::ranges::find(*fields_, name) == fields_->end()) fields_->push_back(std::move(name));
  }
  const Holder& holder_;
  std::vector<std::string>* const fields_;
};

std::set<std::string> HostsOf(const v1::Credential& credential) {
  return {credential.allowed_hosts().begin(), credential.allowed_hosts().end()};
}

}  // namespace

std::vector<std::string> SecretMoves(const v1::Credential& before, const v1::Credential& after,
                                     std::string_view path) {
  std::vector<std::string> fields;
  if (HostsOf(before) != HostsOf(after)) fields.emplace_back("allowedHosts");
  if (before.tls().ca_certificates() != after.tls().ca_certificates()) {
    fields.emplace_back("tls.caCertificates");
  }
  if (path.starts_with("tls.")) return fields;
  const Holder holder = Holder::Of(path);
  FieldNames names(holder, &fields);
  MessageDifferencer differencer;
  differencer.ReportDifferencesTo(&names);
  differencer.Compare(holder.DestinationIn(before), holder.DestinationIn(after));
  return fields;
}

bool MovesTokens(const v1::Credential& before, const v1::Credential& after) {
  if (before.has_oauth2() && !SecretMoves(before, after, "oauth2.").empty()) return true;
  for (const auto& [name, sign_in] : before.alternatives()) {
    if (!sign_in.has_oauth2()) continue;
    if (!SecretMoves(before, after, fmt::format("{}{}.oauth2.", kAlternatives, name)).empty()) {
      return true;
    }
  }
  return false;
}

}  // namespace syncline::auth
