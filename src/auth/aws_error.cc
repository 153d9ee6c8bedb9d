#include "auth/aws_error.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "json/document.h"
#include "xml/document.h"

namespace syncline::auth {
namespace {

// Errors are short; a longer body is none.
constexpr std::size_t kErrorBytesMax = std::size_t{64} << 10;
constexpr int kDepthMax = 16;

// The common errors of AWS and those of its services that mean: not you, or not with these keys.
constexpr auto kRefusals = std::to_array<std::string_view>({
    "AccessDenied",
    "AccessDeniedException",
    "AuthFailure",
    "AuthorizationErrorException",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "IncompleteSignatureException",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "InvalidToken",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "NotAuthorized",
    "NotAuthorizedException",
    "OptInRequired",
    "SignatureDoesNotMatch",
    "UnauthorizedException",
    "UnauthorizedOperation",
    "UnrecognizedClientException",
});

// "com.amazonaws.dynamodb.v20120810#AccessDeniedException:http://internal.amazon.com/…" is
// AccessDeniedException.
std::string Bare(std::string_view code) {
  code = code.substr(0, code.find(':'));
  return std::string(code.substr(code.rfind('#') + 1));  // npos + 1 = 0
}

std::string CodeOfJson(const std::string& body) {
  const auto document = json::Document::Parse(body, {.depth_max = kDepthMax});
  if (!document.ok()) return "";
  for (const char* const name : {"__type", "code", "Code"}) {
    json::Node value;
    if ((*document)->root().kind() == json::Kind::kObject &&
        (*document)->root().Find(name, &value) && value.kind() == json::Kind::kString) {
      return Bare(value.text());
    }
  }
  return "";
}

std::string CodeOfXml(const std::string& body) {
  const auto document = xml::Document::Parse(body);
  if (!document.ok()) return "";
  // The query protocol, S3, and EC2.
  for (const char* const path :
       {"ErrorResponse/Error/Code", "Error/Code", "Response/Errors/Error/Code"}) {
    if (auto code = document->Text(path); code.has_value()) return *std::move(code);
  }
  return "";
}

}  // namespace

std::string AwsErrorCode(const http::Response& answer) {
  if (const auto type = answer.headers.Find("X-Amzn-ErrorType"); type.has_value()) {
    return Bare(*type);
  }
  if (answer.body.size() > kErrorBytesMax) return "";
  std::string code = CodeOfJson(answer.body);
  return code.empty() ? CodeOfXml(answer.body) : code;
}

bool IsAwsRefusal(const http::Response& answer) {
  if (answer.status == 401 || answer.status == 403) return true;
  return answer.status == 400 &&
         std::ranges::find(kRefusals, AwsErrorCode(answer)) != kRefusals.end();
}

}  // namespace syncline::auth
