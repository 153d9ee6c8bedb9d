#include <string_view>

#include "auth/sign_in_check.h"
#include "http/message.h"

namespace syncline::auth {
namespace {

void CheckUsername(std::string_view name, std::string_view field, const SignInCheck& check) {
  if (name.find(':') != std::string_view::npos) {
    check.Add(field, "must not hold a colon (RFC 7617)");
  }
  if (!http::IsHeaderValue(name)) check.Add(field, "must not hold control characters");
}

}  // namespace

void CheckBasic(const v1::BasicAuthentication& basic, const SignInCheck& check) {
  const bool has_secret = check.HasSecret("basic.secret_username");
  if (basic.username().empty() && !has_secret) {
    check.Add("basic.username",
              "is required; where the vendor's key is the user name, set secretUsername instead");
  }
  if (!basic.username().empty() && has_secret) {
    check.Add("basic.username", "stands beside secretUsername; a sign-in has one of the two");
  }
  CheckUsername(basic.username(), "basic.username", check);
  if (const secret::Secret* const given = check.Given("basic.secret_username"); given != nullptr) {
    CheckUsername(given->Reveal(), "basic.secretUsername", check);
  }
  check.CheckSecret("basic.secret_username", "basic.secretUsername", false,
                    SignInCheck::Where::kAnywhere);
  check.CheckSecret("basic.password", "basic.password", false, SignInCheck::Where::kHeader);
}

}  // namespace syncline::auth
