#include "auth/sign_in_check.h"
#include "http/message.h"

namespace syncline::auth {

void CheckBasic(const v1::BasicAuthentication& basic, const SignInCheck& check) {
  if (basic.username().empty()) check.Add("basic.username", "is required");
  if (basic.username().find(':') != std::string::npos) {
    check.Add("basic.username", "must not hold a colon (RFC 7617)");
  }
  if (!http::IsHeaderValue(basic.username())) {
    check.Add("basic.username", "must not hold control characters");
  }
  check.CheckSecret("basic.password", "basic.password", false, SignInCheck::Where::kHeader);
}

}  // namespace syncline::auth
