#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>

#include "auth/placed_token.h"
#include "auth/sign_in_check.h"
#include "http/cookie_header.h"
#include "http/message.h"
#include "request/vars.h"

namespace syncline::auth {
namespace {

using Token = v1::ApiTokenAuthentication;

constexpr std::size_t kTokensMax = 16;
constexpr int kBodyDepthMax = 8;

// Headers that the transport or the request's shape decides; a token there breaks the request.
bool IsTransportHeader(std::string_view name) {
  for (const std::string_view reserved :
       {"host", "content-length", "transfer-encoding", "connection", "content-type", "te",
        "accept-encoding", "upgrade", "expect"}) {
    if (http::EqualsIgnoringCase(name, reserved)) return true;
  }
  return false;
}

// One token: its field ("apiToken") and its path ("api_token"), without a dot at the end.
class TokenCheck {
 public:
  TokenCheck(const Token& token, std::string field, std::string path, const SignInCheck& check)
      : token_(token), field_(std::move(field)), path_(std::move(path)), check_(check) {}

  void Run() const {
    using Where = SignInCheck::Where;
    Where where = Where::kAnywhere;
    switch (token_.place_case()) {
      case Token::kHeader:
        CheckHeader();
        where = Where::kHeader;
        break;
      case Token::kQuery: CheckLength("query", "is the name of a query parameter"); break;
      case Token::kCookie:
        CheckCookie();
        where = Where::kCookie;
        break;
      case Token::kBody: CheckBody(); break;
      default: check_.Add(field_, "set header, query, cookie or body: where the token goes"); break;
    }
    check_.CheckSecret(path_ + ".token", field_ + ".token", true, where);
  }

 private:
  void Add(std::string_view field, std::string description) const {
    check_.Add(fmt::format("{}.{}", field_, field), std::move(description));
  }

  void CheckLength(std::string_view field, std::string_view what) const {
    const std::size_t size = PlaceNameOf(token_).size();
    if (size == 0 || size > SignInCheck::kNameBytesMax) {
      Add(field, fmt::format("{}, 1 to {} bytes", what, SignInCheck::kNameBytesMax));
    }
  }

  void CheckHeader() const {
    const std::string& name = token_.header();
    if (!http::IsHeaderName(name) || name.size() > SignInCheck::kNameBytesMax) {
      Add("header", "is no header name (RFC 9110 5.6.2), e.g. \"Authorization\" or \"X-Api-Key\"");
    } else if (IsTransportHeader(name)) {
      Add("header", "cannot carry a token: the request sets it itself");
    } else if (http::EqualsIgnoringCase(name, "cookie")) {
      Add("header", "would replace every cookie; name the one that carries the token in cookie");
    }
    if (!http::IsHeaderValue(token_.prefix())) {
      Add("prefix", "must not hold control characters");
    }
  }

  void CheckCookie() const {
    if (!http::IsHeaderName(token_.cookie()) ||
        token_.cookie().size() > SignInCheck::kNameBytesMax) {
      Add("cookie", "is no cookie name (RFC 6265 4.1.1), e.g. \"session\"");
    }
    if (!http::IsCookieValue(token_.prefix())) {
      Add("prefix", "holds a character that no cookie may carry (RFC 6265 4.1.1)");
    }
  }

  void CheckBody() const {
    CheckLength("body", "is the name of a member of the body");
    const std::string dotted = "." + token_.body() + ".";
    if (!token_.body().empty() && dotted.find("..") != std::string::npos) {
      Add("body", "has an empty part; dots lead into nested objects, as in \"auth.key\"");
    }
    if (std::ranges::count(dotted, '.') > kBodyDepthMax + 1) {
      Add("body", fmt::format("nests deeper than {}", kBodyDepthMax));
    }
  }

  const Token& token_;
  const std::string field_;
  const std::string path_;
  const SignInCheck& check_;
};

// Two tokens of which one would overwrite the other.
bool SamePlace(const Token& a, const Token& b) {
  if (a.place_case() != b.place_case() || a.place_case() == Token::PLACE_NOT_SET) return false;
  switch (a.place_case()) {
    case Token::kHeader: return http::EqualsIgnoringCase(a.header(), b.header());
    case Token::kBody: {
      const std::string one = a.body() + ".";
      const std::string other = b.body() + ".";
      return one.starts_with(other) || other.starts_with(one);
    }
    default: return PlaceNameOf(a) == PlaceNameOf(b);
  }
}

}  // namespace

void CheckApiToken(const Token& token, const SignInCheck& check) {
  TokenCheck(token, "apiToken", "api_token", check).Run();
}

void CheckApiTokens(const v1::ApiTokensAuthentication& tokens, const SignInCheck& check) {
  if (tokens.tokens().empty()) {
    check.Add("apiTokens.tokens", "name at least one token, e.g. application_key");
  }
  if (tokens.tokens().size() > kTokensMax) {
    check.Add("apiTokens.tokens", fmt::format("has {} entries; at most {} are allowed",
                                              tokens.tokens().size(), kTokensMax));
    return;
  }
  // In order of name: the map of a message has none.
  std::map<std::string, const Token*> seen;
  for (const auto& [name, token] : tokens.tokens()) seen.emplace(name, &token);
  for (auto one = seen.begin(); one != seen.end(); ++one) {
    const std::string& name = one->first;
    if (!request::IsVarName(name)) {
      check.Add("apiTokens.tokens." + name, "must be named by [a-z][a-z0-9_]*");
    }
    TokenCheck(*one->second, "apiTokens.tokens." + name, "api_tokens.tokens." + name, check).Run();
    for (auto other = seen.begin(); other != one; ++other) {
      if (!SamePlace(*one->second, *other->second)) continue;
      check.Add("apiTokens.tokens." + name,
                fmt::format("goes to the same place as \"{}\"", other->first));
    }
  }
}

}  // namespace syncline::auth
