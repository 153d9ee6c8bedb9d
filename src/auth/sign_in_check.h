#pragma once

#include <set>
#include <string>
#include <string_view>

#include "auth/allowed_hosts.h"
#include "auth/authenticator.h"
#include "base/clock.h"
#include "base/status.h"
#include "syncline/v1/credential.pb.h"

namespace syncline::auth {

// What the rules of one kind of sign-in are held against, and where they report. Lives on the stack
// of ValidateCredential.
class SignInCheck {
 public:
  static constexpr std::size_t kSecretBytesMax = 16 * 1024;
  static constexpr std::size_t kNameBytesMax = 255;

  // `prefix` stands before paths and fields: "" or "alternatives.NAME.". `now` is what ends are
  // held against. The references must outlive the check.
  SignInCheck(const v1::Credential& credential, const SecretMap& given,
              const std::set<std::string>& stored, std::string prefix, base::Time now,
              base::FieldViolations* violations)
      : credential_(credential),
        given_(given),
        stored_(stored),
        prefix_(std::move(prefix)),
        now_(now),
        violations_(violations) {}

  // `field` in proto JSON spelling, e.g. "oauth2.tokenUrl".
  void Add(std::string_view field, std::string description) const;
  void AddStatus(std::string_view field, const absl::Status& status) const;

  // Whether the secret at `path` ("oauth2.client_secret") is given, stored or referred to.
  bool HasSecret(std::string_view path) const;
  // Bounds of a secret that is given; `required`: its absence is a mistake.
  enum class Where { kAnywhere, kHeader, kCookie };
  void CheckSecret(std::string_view path, std::string_view field, bool required, Where where) const;
  // Names of the entries of a secret map ("session.secrets") that are given or stored.
  std::set<std::string> SecretNames(std::string_view path) const;
  // The given secret, or null.
  const secret::Secret* Given(std::string_view path) const;

  // A violation of `field` unless the credential may be sent to the host of `url`.
  void CheckHost(std::string_view field, const http::Url& url) const;

  const v1::Credential& credential() const { return credential_; }
  base::Time now() const { return now_; }

 private:
  const v1::Credential& credential_;
  const SecretMap& given_;
  const std::set<std::string>& stored_;
  const std::string prefix_;
  const base::Time now_;
  base::FieldViolations* const violations_;
};

// The rules of each kind. Every mistake at once, at the moment of saving.
void CheckBasic(const v1::BasicAuthentication& basic, const SignInCheck& check);
void CheckApiToken(const v1::ApiTokenAuthentication& token, const SignInCheck& check);
void CheckApiTokens(const v1::ApiTokensAuthentication& tokens, const SignInCheck& check);
void CheckOAuth2(const v1::OAuth2Authentication& oauth2, const SignInCheck& check);
void CheckAws(const v1::AwsAuthentication& aws, const SignInCheck& check);
void CheckSession(const v1::SessionAuthentication& session, const SignInCheck& check);
void CheckJwt(const v1::JwtAuthentication& jwt, const SignInCheck& check);
void CheckHmac(const v1::HmacAuthentication& hmac, const SignInCheck& check);
// Beside the kind.
void CheckTls(const v1::TlsSettings& tls, const SignInCheck& check);

}  // namespace syncline::auth
