#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/random.h"
#include "secret/secret.h"
#include "secret/signature.h"
#include "syncline/v1/signed_authentication.pb.h"

namespace syncline::auth {

// The members of a JSON object by name, values as JSON text: `{"sub": "\"x\"", "admin": "true"}`.
// In order of name, so that a token looks the same every time.
class JwtMembers {
 public:
  static constexpr std::size_t kBytesMax = 64 * 1024;  // of the object's text

  // The members of `object`, the text of a JSON object. JSON_INVALID; INVALID_ARGUMENT when it is
  // JSON but no object; RESPONSE_TOO_LARGE past kBytesMax.
  static absl::StatusOr<JwtMembers> Parse(std::string object);

  void SetText(std::string name, std::string_view text);
  void SetNumber(std::string name, std::int64_t number);
  bool Has(std::string_view name) const { return members_.contains(name); }
  std::string ToJson() const;

 private:
  std::map<std::string, std::string, std::less<>> members_;
};

// When a token was issued and how long it is good.
struct JwtLife {
  // Other machines' clocks run behind: `iat` is this much before `now`.
  static constexpr std::chrono::seconds kBackDated{30};
  base::Time now;
  std::chrono::seconds lifetime;  // from `iat` to `exp`
  std::chrono::seconds back_dated = kBackDated;
  bool not_before = false;  // whether `nbf` is added, equal to `iat`
};

// Writes JSON Web Tokens (RFC 7519) in the compact form (RFC 7515 3.1) with one key. Immutable,
// safe for concurrent use.
class JwtWriter {
 public:
  // The claims and header members that a writer sets itself: rules refuse them in a definition.
  static bool IsOwnClaim(std::string_view name);         // iat, exp, jti
  static bool IsOwnHeaderMember(std::string_view name);  // alg, kid

  // `header`: further members of the JOSE header; `typ` is "JWT" unless it is among them. The
  // errors of SigningKey::Make, e.g. to say at saving what is wrong with a key.
  static absl::StatusOr<JwtWriter> Make(const v1::JwtKey& key, const secret::Secret& private_key,
                                        JwtMembers header = {});

  // `claims` with iat, exp, a unique jti and, where asked for, nbf set over what they hold.
  // INTERNAL when the key cannot sign.
  absl::StatusOr<secret::Secret> Write(JwtMembers claims, const JwtLife& life,
                                       base::Random& random) const;

 private:
  JwtWriter(secret::SigningKey key, std::string header)
      : key_(std::move(key)), header_(std::move(header)) {}

  secret::SigningKey key_;
  std::string header_;  // JSON
};

// BASE64URL(header) "." BASE64URL(payload) "." BASE64URL(signature), over the bytes as they are
// (RFC 7515 7.1). INTERNAL when the key cannot sign.
absl::StatusOr<std::string> WriteCompactJws(std::string_view header, std::string_view payload,
                                            const secret::SigningKey& key);

}  // namespace syncline::auth
