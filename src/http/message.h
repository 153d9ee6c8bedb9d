#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace syncline::http {

class BodySink;
class TlsIdentity;

enum class Method { kGet, kPost, kPut, kPatch, kDelete };
std::string_view MethodName(Method method);

// Name and value in order; names compare without case (RFC 9110 5.1).
class Headers {
 public:
  void Add(std::string name, std::string value);
  void Set(std::string name, std::string value);  // replaces every header of that name
  std::optional<std::string_view> Find(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& all() const { return all_; }
  void Clear() { all_.clear(); }

 private:
  std::vector<std::pair<std::string, std::string>> all_;
};

// An absolute http or https URL taken apart (RFC 3986). Userinfo is refused.
struct Url {
  static constexpr std::size_t kBytesMax = 8192;
  std::string scheme;  // "http" or "https"
  std::string host;    // lower case; IPv6 without brackets
  int port = 0;        // explicit, or the scheme's default
  std::string path;    // "/" at least, still percent-encoded
  std::string query;   // without "?", still percent-encoded
  // Encodes what may not stand as it is in a path or query (spaces, UTF-8), removes dot segments
  // and drops the fragment. URL_INVALID says what is wrong.
  static absl::StatusOr<Url> Parse(std::string_view text);
  // "https://host:port" without a default port.
  std::string origin() const;
  std::string ToString() const;
  // For logs and errors: without the query, which may carry a token (I5).
  std::string ForLog() const;
};

// Whether `text` may stand as a header's name (a token of RFC 9110 5.6.2), and as its value
// (RFC 9110 5.5: no control characters, so that nobody can smuggle in another header).
bool IsHeaderName(std::string_view text);
bool IsHeaderValue(std::string_view text);
// Names compare without case (ASCII).
bool EqualsIgnoringCase(std::string_view a, std::string_view b);
std::string ToLowerCase(std::string_view text);

// Percent-encodes everything but RFC 3986 unreserved characters.
std::string PercentEncode(std::string_view text);
// Resolves `reference` against `base` (RFC 3986 5.2): a next link may be relative.
absl::StatusOr<Url> ResolveReference(const Url& base, std::string_view reference);
// Sets one query parameter, replacing those of the same name, else appending.
void SetQueryParameter(Url* url, std::string_view name, std::string_view value);
void RemoveQueryParameter(Url* url, std::string_view name);

// May carry secrets after an authenticator has seen it: never logged whole.
struct Request {
  Method method = Method::kGet;
  Url url;
  Headers headers;
  std::string body;
  // Whose connections it goes over; null = those of everybody, with the transport's authorities.
  std::shared_ptr<const TlsIdentity> tls = nullptr;
  // Who takes the body of the answer while it arrives; null = the Response holds it. Must outlive
  // the exchange.
  BodySink* sink = nullptr;
};

struct Response {
  int status = 0;
  Headers headers;
  std::string body;           // decoded (gzip undone)
  std::string effective_url;  // without query
};

}  // namespace syncline::http
