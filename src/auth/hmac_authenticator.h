#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "auth/allowed_hosts.h"
#include "auth/authenticator.h"
#include "auth/scrub.h"
#include "expression/expression.h"
#include "request/text_templates.h"
#include "secret/digest.h"

namespace syncline::auth {

// An HmacAuthentication, compiled once. Immutable, safe for concurrent use.
struct HmacPlan {
  // INVALID_ARGUMENT with every mistake; fields are those of the message ("stringToSign").
  static absl::StatusOr<HmacPlan> Compile(const v1::HmacAuthentication& spec);

  request::Vars vars;
  secret::HashAlgorithm algorithm = secret::HashAlgorithm::kSha256;
  v1::HmacAuthentication::Encoding encoding = v1::HmacAuthentication::ENCODING_HEX;
  v1::HmacAuthentication::TimeFormat time_format = v1::HmacAuthentication::TIME_FORMAT_UNIX_SECONDS;
  std::optional<expression::Template> string_to_sign;  // there once compiled
  request::TextTemplates headers;
  request::TextTemplates query;
  std::vector<std::string> query_names;
};

// The key's bytes; nullopt when the text is not in that encoding.
std::optional<secret::Secret> DecodeKey(v1::HmacAuthentication::KeyEncoding encoding,
                                        const secret::Secret& text);

// A keyed hash over parts of every request, with the time and a nonce of every try.
class HmacAuthenticator final : public Authenticator {
 public:
  // `key_text` is the key as it was given, `key` its bytes.
  HmacAuthenticator(AllowedHosts hosts, HmacPlan plan, const secret::Secret& key_text,
                    secret::Secret key, const Environment& environment);
  // Also TEMPLATE_VALUE_MISSING and EXPRESSION_*; SIGN_IN_FAILED for a value no header may carry.
  absl::Status Apply(http::Request& request, std::stop_token stop) override;
  bool NamesHost(const http::Url& url) const override { return hosts_.Contains(url); }
  bool MayFollowRedirects() const override { return false; }
  void Strip(http::Url* url) const override;
  std::string Scrub(std::string text) const override { return scrubber_.Scrub(std::move(text)); }

 private:
  const AllowedHosts hosts_;
  const HmacPlan plan_;
  const secret::Secret key_;
  const Environment environment_;
  Scrubber scrubber_;
};

}  // namespace syncline::auth
