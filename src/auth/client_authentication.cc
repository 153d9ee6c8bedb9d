#include "auth/client_authentication.h"

#include <fmt/format.h>

#include "base/status.h"
#include "request/form.h"
#include "secret/digest.h"

namespace syncline::auth {
namespace {

using OAuth2 = v1::OAuth2Authentication;

secret::Secret SecretAt(const SecretMap& secrets, const char* path) {
  const auto found = secrets.find(path);
  return found == secrets.end() ? secret::Secret() : found->second.Clone();
}

absl::Status Corrupt(std::string_view what) {
  return base::Error(base::Reason::kCredentialCorrupt,
                     fmt::format("The credential {}; store its secret parts anew.", what));
}

}  // namespace

OAuth2::ClientAuthentication EffectiveAuthentication(OAuth2::ClientAuthentication configured,
                                                     bool has_secret) {
  if (configured != OAuth2::CLIENT_AUTHENTICATION_UNSPECIFIED) return configured;
  return has_secret ? OAuth2::CLIENT_AUTHENTICATION_BASIC : OAuth2::CLIENT_AUTHENTICATION_NONE;
}

absl::StatusOr<ClientAuthentication> ClientAuthentication::Make(const OAuth2& spec,
                                                                const SecretMap& secrets,
                                                                KnownSecrets* known) {
  ClientAuthentication made;
  made.client_id_ = spec.client_id();
  made.audience_ = spec.client_assertion_audience();
  made.secret_ = SecretAt(secrets, "oauth2.client_secret");
  made.way_ = EffectiveAuthentication(spec.client_authentication(), !made.secret_.empty());
  known->Add(made.secret_);
  if (made.way_ == OAuth2::CLIENT_AUTHENTICATION_BASIC ||
      made.way_ == OAuth2::CLIENT_AUTHENTICATION_BODY) {
    if (made.secret_.empty()) return Corrupt("has no client secret stored");
    // Both form-encoded first, or a colon in the id would part it (RFC 6749 2.3.1).
    const secret::Secret pair(fmt::format("{}:{}", request::EncodeFormText(made.client_id_),
                                          request::EncodeFormText(made.secret_.Reveal())));
    made.basic_ = secret::Secret(secret::EncodeBase64(pair.Reveal()));
    known->Add(made.basic_);
  }
  if (made.way_ == OAuth2::CLIENT_AUTHENTICATION_PRIVATE_KEY_JWT) {
    const secret::Secret key = SecretAt(secrets, "oauth2.client_key.private_key");
    if (key.empty()) return Corrupt("has no client key stored");
    auto writer = JwtWriter::Make(spec.client_key(), key);
    if (!writer.ok()) {
      return Corrupt(fmt::format("has a client key that {}", base::MessageOf(writer.status())));
    }
    made.writer_ = std::make_shared<const JwtWriter>(*std::move(writer));
    known->Add(key);
  }
  return made;
}

absl::Status ClientAuthentication::Apply(const http::Url& audience, const Environment& environment,
                                         KnownSecrets* known, OAuth2Fields* fields,
                                         http::Headers* headers) const {
  if (way_ == OAuth2::CLIENT_AUTHENTICATION_BASIC) {
    headers->Set("Authorization", fmt::format("Basic {}", basic_.Reveal()));
    return absl::OkStatus();
  }
  if (!client_id_.empty()) fields->emplace_back("client_id", client_id_);
  if (way_ == OAuth2::CLIENT_AUTHENTICATION_BODY) {
    fields->emplace_back("client_secret", secret_.Reveal());
  }
  if (way_ != OAuth2::CLIENT_AUTHENTICATION_PRIVATE_KEY_JWT) return absl::OkStatus();
  JwtMembers claims;  // RFC 7523 3
  claims.SetText("iss", client_id_);
  claims.SetText("sub", client_id_);
  claims.SetText("aud", audience_.empty() ? audience.ToString() : audience_);
  SYNCLINE_ASSIGN_OR_RETURN(
      const secret::Secret assertion,
      writer_->Write(
          std::move(claims),
          {.now = environment.clock.Now(), .lifetime = kAssertionLifetime, .not_before = true},
          environment.random));
  known->AddObtained(assertion);
  fields->emplace_back("client_assertion_type",
                       "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
  fields->emplace_back("client_assertion", assertion.Reveal());
  return absl::OkStatus();
}

}  // namespace syncline::auth
