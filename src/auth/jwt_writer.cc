#include "auth/jwt_writer.h"

#include <fmt/format.h>

#include "base/status.h"
#include "json/document.h"
#include "secret/digest.h"

namespace syncline::auth {
namespace {

using secret::SignatureAlgorithm;

SignatureAlgorithm AlgorithmOf(const v1::JwtKey& key) {
  switch (key.algorithm()) {
    case v1::JwtKey::ALGORITHM_PS256: return SignatureAlgorithm::kPs256;
    case v1::JwtKey::ALGORITHM_ES256: return SignatureAlgorithm::kEs256;
    case v1::JwtKey::ALGORITHM_HS256: return SignatureAlgorithm::kHs256;
    default:  // absence means RS256
      return SignatureAlgorithm::kRs256;
  }
}

// NumericDate (RFC 7519 2): whole seconds, as every reader takes them.
std::int64_t NumericDate(base::Time time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

std::string JsonString(std::string_view text) {
  std::string json;
  json::AppendJsonString(text, &json);
  return json;
}

}  // namespace

absl::StatusOr<JwtMembers> JwtMembers::Parse(std::string object) {
  SYNCLINE_ASSIGN_OR_RETURN(const auto document,
                            json::Document::Parse(std::move(object), {.bytes_max = kBytesMax}));
  const json::Node root = document->root();
  if (root.kind() != json::Kind::kObject) {
    return base::Error(base::Reason::kInvalidArgument, "is no JSON object");
  }
  JwtMembers members;
  json::Node at = root;
  for (std::uint32_t i = 0; i < root.size(); ++i) {
    const json::Node name = i == 0 ? root.first() : at.next();
    at = name.next();
    members.members_.insert_or_assign(std::string(name.text()), json::ToJson(at));
  }
  return members;
}

void JwtMembers::SetText(std::string name, std::string_view text) {
  members_.insert_or_assign(std::move(name), JsonString(text));
}

void JwtMembers::SetNumber(std::string name, std::int64_t number) {
  members_.insert_or_assign(std::move(name), fmt::format("{}", number));
}

std::string JwtMembers::ToJson() const {
  std::string json = "{";
  for (const auto& [name, value] : members_) {
    json += fmt::format("{}{}:{}", json.size() == 1 ? "" : ",", JsonString(name), value);
  }
  return json + "}";
}

bool JwtWriter::IsOwnClaim(std::string_view name) {
  return name == "iat" || name == "exp" || name == "jti";
}

bool JwtWriter::IsOwnHeaderMember(std::string_view name) { return name == "alg" || name == "kid"; }

absl::StatusOr<JwtWriter> JwtWriter::Make(const v1::JwtKey& key, const secret::Secret& private_key,
                                          JwtMembers header) {
  const SignatureAlgorithm algorithm = AlgorithmOf(key);
  SYNCLINE_ASSIGN_OR_RETURN(secret::SigningKey signing_key,
                            secret::SigningKey::Make(algorithm, private_key));
  header.SetText("alg", secret::AlgorithmName(algorithm));
  if (!header.Has("typ")) header.SetText("typ", "JWT");
  if (!key.key_id().empty()) header.SetText("kid", key.key_id());
  return JwtWriter(std::move(signing_key), header.ToJson());
}

absl::StatusOr<secret::Secret> JwtWriter::Write(JwtMembers claims, const JwtLife& life,
                                                base::Random& random) const {
  const std::int64_t issued = NumericDate(life.now - life.back_dated);
  claims.SetNumber("iat", issued);
  claims.SetNumber("exp", issued + life.lifetime.count());
  claims.SetText("jti", base::MakeUuidV7(life.now, random));
  if (life.not_before) claims.SetNumber("nbf", issued);
  SYNCLINE_ASSIGN_OR_RETURN(std::string token, WriteCompactJws(header_, claims.ToJson(), key_));
  return secret::Secret(std::move(token));
}

absl::StatusOr<std::string> WriteCompactJws(std::string_view header, std::string_view payload,
                                            const secret::SigningKey& key) {
  std::string text =
      fmt::format("{}.{}", secret::EncodeBase64Url(header), secret::EncodeBase64Url(payload));
  SYNCLINE_ASSIGN_OR_RETURN(const std::string signature, key.Sign(text));
  return text + "." + secret::EncodeBase64Url(signature);
}

}  // namespace syncline::auth
