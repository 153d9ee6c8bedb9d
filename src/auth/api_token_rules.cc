#include <fmt/format.h>

#include <string_view>

#include "auth/sign_in_check.h"
#include "http/message.h"

namespace syncline::auth {
namespace {

// Headers that the transport or the request's shape decides; a token there breaks the request.
bool IsTransportHeader(std::string_view name) {
  for (const std::string_view reserved :
       {"host", "content-length", "transfer-encoding", "connection", "content-type", "te",
        "accept-encoding", "upgrade", "expect"}) {
    if (http::EqualsIgnoringCase(name, reserved)) return true;
  }
  return false;
}

void CheckHeader(const v1::ApiTokenAuthentication& token, const SignInCheck& check) {
  if (!http::IsHeaderName(token.header()) || token.header().size() > SignInCheck::kNameBytesMax) {
    check.Add("apiToken.header",
              "is no header name (RFC 9110 5.6.2), e.g. \"Authorization\" or \"X-Api-Key\"");
  } else if (IsTransportHeader(token.header())) {
    check.Add("apiToken.header", "cannot carry a token: the request sets it itself");
  }
  if (!http::IsHeaderValue(token.prefix())) {
    check.Add("apiToken.prefix", "must not hold control characters");
  }
}

}  // namespace

void CheckApiToken(const v1::ApiTokenAuthentication& token, const SignInCheck& check) {
  using Token = v1::ApiTokenAuthentication;
  const bool in_header = token.place_case() == Token::kHeader;
  if (in_header) {
    CheckHeader(token, check);
  } else if (token.place_case() == Token::kQuery) {
    if (token.query().empty() || token.query().size() > SignInCheck::kNameBytesMax) {
      check.Add("apiToken.query", "is the name of a query parameter, 1 to 255 bytes");
    }
  } else {
    check.Add("apiToken", "set header or query: where the token goes");
  }
  check.CheckSecret("api_token.token", "apiToken.token", true,
                    in_header ? SignInCheck::Where::kHeader : SignInCheck::Where::kAnywhere);
}

}  // namespace syncline::auth
