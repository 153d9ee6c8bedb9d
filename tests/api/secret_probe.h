#pragma once

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "auth/secret_fields.h"
#include "auth/validate_credential.h"
#include "base/status.h"
#include "http/message.h"
#include "secret/digest.h"
#include "tests/api/api_fixture.h"
#include "tests/api/secret_places.h"
#include "tests/support/key_pair.h"

// Credentials with a sentinel in a secret field, one for each field that the contract has (I5).
namespace syncline::api {

// What a kind needs beside the secret: the first that the rules accept is taken. An example stands
// for every place whose path begins with its first part. ORIGIN stands for that of a vendor.
struct SecretExample {
  const char* prefix;
  const char* text;
};
inline constexpr std::array kSecretExamples = {
    SecretExample{"basic", "basic { username: 'u' }"},
    SecretExample{"api_token", "api_token { header: 'X-Key' }"},
    SecretExample{"api_tokens",
                  "api_tokens { tokens { key: 'backup' value { header: 'X-Key' } } }"},
    SecretExample{"oauth2.client_secret",
                  "oauth2 { client_credentials {} token_url: 'ORIGIN/token' client_id: 'c' }"},
    SecretExample{"oauth2.client_key",
                  "oauth2 { client_credentials {} token_url: 'ORIGIN/token' client_id: 'c' "
                  "client_authentication: CLIENT_AUTHENTICATION_PRIVATE_KEY_JWT "
                  "client_key { algorithm: ALGORITHM_RS256 } }"},
    SecretExample{"oauth2.refresh_token",
                  "oauth2 { refresh_token {} token_url: 'ORIGIN/token' client_id: 'c' }"},
    SecretExample{"oauth2.password",
                  "oauth2 { password { username: 'u' } token_url: 'ORIGIN/token' "
                  "client_id: 'c' }"},
    SecretExample{"oauth2.jwt_bearer",
                  "oauth2 { jwt_bearer { key { algorithm: ALGORITHM_RS256 } } "
                  "token_url: 'ORIGIN/token' client_id: 'c' }"},
    SecretExample{"aws",
                  "aws { access_key_id: 'AKIAIOSFODNN7EXAMPLE' region: 'eu-west-1' "
                  "service: 'ec2' }"},
    SecretExample{"session",
                  "session { login { request { url: 'ORIGIN/login' method: METHOD_POST } "
                  "capture { key: 'token' value: 'response.token' } } "
                  "headers { key: 'X-Session' value: '{{session.token}}' } }"},
    SecretExample{"session",
                  "session { login { request { url: 'ORIGIN/login' method: METHOD_POST "
                  "query { key: 'p' value: '{{secrets.backup}}' } } "
                  "capture { key: 'token' value: 'response.token' } } "
                  "headers { key: 'X-Session' value: '{{session.token}}' } }"},
    SecretExample{"jwt", "jwt { key { algorithm: ALGORITHM_HS256 } }"},
    SecretExample{"hmac",
                  "hmac { string_to_sign: '{{request.method}}' "
                  "headers { key: 'X-Signature' value: '{{signature}}' } }"},
};

inline void ExpectAbsent(std::string_view secret, const std::string& place, std::string_view where,
                         const std::string& text) {
  std::vector<std::string> forms = {std::string(secret), secret::EncodeHex(secret),
                                    http::PercentEncode(secret)};
  // Wherever it stands in a longer text; without the ends, which depend on what is beside it.
  for (const std::size_t shift : {0, 1, 2}) {
    const std::string base64 = secret::EncodeBase64(std::string(shift, '-') + std::string(secret));
    forms.push_back(base64.substr(4, base64.size() - 8));
  }
  for (const std::string& form : forms) {
    EXPECT_EQ(text.find(form), std::string::npos) << place << " is readable in " << where;
  }
}

inline absl::Status ValidateProbe(v1::Credential credential) {
  const auth::SecretMap given = auth::ExtractSecrets(&credential);
  return auth::ValidateCredential(credential, given, {});
}

// A credential that may be saved with something of ours at the place, and what that is: the
// sentinel, or, where the rules want a key, the middle of one.
struct SecretProbe {
  v1::Credential credential;
  std::string secret;
  absl::Status status;
  bool is_key = false;  // which no vendor ever sees
};

class SecretProber {
 public:
  // `origin` of the vendor whose URLs the credentials name: "https://127.0.0.1".
  explicit SecretProber(std::string origin) : origin_(std::move(origin)) {}

  SecretProbe Try(const SecretPlace& place, const std::string& sentinel) const {
    SecretProbe probe;
    bool said = false;
    for (const v1::Credential& base : BasesOf(place)) {
      for (const std::string& secret : {sentinel, pair_.private_key, ec_key_}) {
        v1::Credential credential = base;
        FillOthers(place, &credential);
        SetSecret(&credential, place, secret);
        const absl::Status status = ValidateProbe(credential);
        const SecretProbe tried{credential, PrivatePartOf(secret), status, secret != sentinel};
        if (status.ok()) return tried;
        if (!said) probe = tried;
        said = true;
      }
    }
    return probe;
  }

 private:
  std::vector<v1::Credential> BasesOf(const SecretPlace& place) const {
    constexpr std::string_view kAlternative = "alternatives.backup.";
    const bool alternative = place.text.starts_with(kAlternative);
    const std::string path = alternative ? place.text.substr(kAlternative.size()) : place.text;
    std::vector<v1::Credential> bases;
    for (const SecretExample& example : kSecretExamples) {
      if (path != example.prefix && !path.starts_with(std::string(example.prefix) + ".")) continue;
      const std::string text =
          alternative
              ? std::string("none {} alternatives { key: 'backup' value { ") + example.text + " } }"
              : std::string(example.text);
      bases.push_back(ProbeOf(text));
    }
    v1::Credential plain = ProbeOf("none {}");
    if (place.text.starts_with("tls.")) {
      plain.mutable_tls()->set_client_certificate(pair_.certificate);
    }
    bases.push_back(plain);
    return bases;
  }
  v1::Credential ProbeOf(std::string text) const {
    constexpr std::string_view kOrigin = "ORIGIN";
    for (std::size_t at = text.find(kOrigin); at != std::string::npos; at = text.find(kOrigin)) {
      text.replace(at, kOrigin.size(), origin_);
    }
    const std::string host = origin_.substr(origin_.find("://") + 3);
    return Proto<v1::Credential>("allowed_hosts: '" + host + "' " + text);
  }
  // What must not be seen: of a key only its private half, for the other one stands in
  // certificates. RSA has it behind the modulus (RFC 8017 A.1.2), an elliptic key before its public
  // point (RFC 5915 3). Of one line of the PEM.
  std::string PrivatePartOf(const std::string& secret) const {
    if (secret == pair_.private_key) {
      return secret.substr(secret.find('\n', secret.size() / 2) + 1, 48);
    }
    return secret == ec_key_ ? secret.substr(secret.find('\n', 40) + 1, 26) : secret;
  }
  // Other secrets that the same kind cannot do without.
  static void FillOthers(const SecretPlace& place, v1::Credential* credential) {
    const absl::Status status = ValidateProbe(*credential);
    for (const base::FieldViolation& violation : base::FieldViolationsOf(status)) {
      v1::Credential bare = *credential;
      const auto path = auth::SecretPathOf(bare, violation.field);
      if (!path.has_value() || *path == place.text) continue;
      std::vector<SecretPlace> places;
      FindSecretPlaces(*v1::Credential::descriptor(), {}, &places);
      for (const SecretPlace& other : places) {
        if (other.text == *path) SetSecret(credential, other, "another secret of this kind, 32+");
      }
    }
  }

  const std::string origin_;
  const test::KeyPair pair_ = test::MakeKeyPair();
  const std::string ec_key_ = test::MakeEcKey();
};

}  // namespace syncline::api
