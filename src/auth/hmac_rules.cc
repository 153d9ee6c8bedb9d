#include "auth/hmac_authenticator.h"
#include "auth/sign_in_check.h"

namespace syncline::auth {

void CheckHmac(const v1::HmacAuthentication& hmac, const SignInCheck& check) {
  using Spec = v1::HmacAuthentication;
  check.CheckSecret("hmac.key", "hmac.key", true, SignInCheck::Where::kAnywhere);
  if (const secret::Secret* const key = check.Given("hmac.key");
      key != nullptr && !DecodeKey(hmac.key_encoding(), *key).has_value()) {
    check.Add("hmac.key", hmac.key_encoding() == Spec::KEY_ENCODING_HEX
                              ? "is not in hex, as hmac.keyEncoding says"
                              : "is not in base64, as hmac.keyEncoding says");
  }
  const auto check_enum = [&](bool known, const char* field, const char* right) {
    if (!known) check.Add(field, right);
  };
  check_enum(Spec::KeyEncoding_IsValid(hmac.key_encoding()), "hmac.keyEncoding",
             "must be KEY_ENCODING_TEXT, _HEX or _BASE64");
  check_enum(Spec::Algorithm_IsValid(hmac.algorithm()), "hmac.algorithm",
             "must be ALGORITHM_SHA256, _SHA1 or _SHA512");
  check_enum(Spec::Encoding_IsValid(hmac.encoding()), "hmac.encoding",
             "must be ENCODING_HEX, _BASE64 or _BASE64URL");
  check_enum(Spec::TimeFormat_IsValid(hmac.time_format()), "hmac.timeFormat",
             "must be TIME_FORMAT_UNIX_SECONDS, _UNIX_MILLISECONDS, _RFC3339 or _HTTP_DATE");
  const auto plan = HmacPlan::Compile(hmac);
  if (!plan.ok()) check.AddStatus("hmac", plan.status());
}

}  // namespace syncline::auth
