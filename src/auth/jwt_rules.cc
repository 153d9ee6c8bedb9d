#include "auth/jwt_authenticator.h"
#include "auth/sign_in_check.h"

namespace syncline::auth {

void CheckJwt(const v1::JwtAuthentication& jwt, const SignInCheck& check) {
  if (!v1::JwtKey::Algorithm_IsValid(jwt.key().algorithm())) {
    check.Add("jwt.key.algorithm", "must be ALGORITHM_RS256, _ES256, _HS256 or _PS256");
  }
  check.CheckSecret("jwt.key.private_key", "jwt.key.privateKey", true,
                    SignInCheck::Where::kAnywhere);
  const secret::Secret* const key = check.Given("jwt.key.private_key");
  if (key != nullptr && !key->empty()) {
    const auto writer = JwtWriter::Make(jwt.key(), *key);
    if (!writer.ok()) check.Add("jwt.key.privateKey", base::MessageOf(writer.status()));
  }
  const auto plan = JwtPlan::Compile(jwt);
  if (!plan.ok()) check.AddStatus("jwt", plan.status());
}

}  // namespace syncline::auth
