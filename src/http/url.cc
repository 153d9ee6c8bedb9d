#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/status.h"
#include "http/message.h"

namespace syncline::http {
namespace {

constexpr std::size_t kHostBytesMax = 253;  // RFC 1035 2.3.4
constexpr char kHexDigits[] = "0123456789ABCDEF";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsAlpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsHex(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool IsUnreserved(char c) {
  return IsDigit(c) || IsAlpha(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

absl::Status Invalid(std::string_view why) {
  return base::Error(base::Reason::kUrlInvalid, fmt::format("The URL {}.", why));
}

void AppendEncoded(char c, std::string* out) {
  const auto byte = static_cast<unsigned char>(c);
  *out += {'%', kHexDigits[byte >> 4], kHexDigits[byte & 15]};
}

// What vendors write into links without encoding it (spaces, quotes, UTF-8) is encoded here; a
// percent sign that begins no escape becomes %25.
std::string EncodeForbidden(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool escape = c == '%' && i + 2 < text.size() && IsHex(text[i + 1]) && IsHex(text[i + 2]);
    const bool allowed =
        IsUnreserved(c) || std::string_view("!$&'()*+,;=:@/?[]").find(c) != std::string_view::npos;
    if (escape || allowed) {
      out.push_back(c);
    } else {
      AppendEncoded(c, &out);
    }
  }
  return out;
}

// RFC 3986 5.2.4 for a path that begins with a slash.
std::string RemoveDotSegments(std::string_view path) {
  std::string out;
  std::size_t at = 0;
  while (at < path.size()) {
    const std::size_t end = std::min(path.find('/', at + 1), path.size());
    const std::string_view segment = path.substr(at + 1, end - at - 1);
    const bool is_last = end == path.size();
    if (segment == "..") {
      out.resize(out.empty() ? 0 : out.rfind('/'));
    } else if (segment != ".") {
      out += path.substr(at, end - at);
    }
    if (is_last && (segment == "." || segment == "..")) out += '/';
    at = end;
  }
  return out.empty() ? "/" : out;
}

// Lower-case name or dotted quad. "0x7f.1" and the like are refused: resolvers read them as
// addresses, an allow list would read them as names.
absl::StatusOr<std::string> ParseName(std::string_view text) {
  std::string host = ToLowerCase(text);
  if (host.empty()) return Invalid("names no host");
  if (host.size() > kHostBytesMax) return Invalid("has a host longer than 253 bytes");
  const bool allowed = std::all_of(host.begin(), host.end(), [](char c) {
    return IsDigit(c) || IsAlpha(c) || c == '-' || c == '.' || c == '_';
  });
  if (!allowed) return Invalid("has a host with characters that no host name has");
  if (host.front() == '.' || host.find("..") != std::string::npos) {
    return Invalid("has a host with an empty label");
  }
  // With a dot at its end an address is one all the same to those who take that dot off.
  std::string_view name = host;
  if (name.ends_with('.')) name.remove_suffix(1);
  const std::string_view last = name.substr(name.rfind('.') + 1);
  const bool numeric = std::all_of(last.begin(), last.end(), IsDigit) || last.starts_with("0x");
  in_addr address;
  if (numeric && inet_pton(AF_INET, host.c_str(), &address) != 1) {
    return Invalid("has a host that is neither a name nor an address in dotted-quad form");
  }
  return host;
}

absl::Status ParseAuthority(std::string_view authority, Url* url) {
  if (authority.find('@') != std::string_view::npos) {
    return Invalid("holds a user name; sign-in belongs into a credential");
  }
  std::string_view port;
  if (authority.starts_with('[')) {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos) return Invalid("has a bracket that is not closed");
    url->host = ToLowerCase(authority.substr(1, close - 1));
    in6_addr address;
    if (inet_pton(AF_INET6, url->host.c_str(), &address) != 1) {
      return Invalid("has no IPv6 address between its brackets");
    }
    port = authority.substr(close + 1);
    if (!port.empty() && port.front() != ':') return Invalid("has text between host and port");
  } else {
    const std::size_t colon = std::min(authority.find(':'), authority.size());
    SYNCLINE_ASSIGN_OR_RETURN(url->host, ParseName(authority.substr(0, colon)));
    port = authority.substr(colon);
  }
  url->port = url->scheme == "https" ? 443 : 80;
  if (port.size() <= 1) return absl::OkStatus();
  port.remove_prefix(1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), url->port);
  const bool whole = error == std::errc() && end == port.data() + port.size();
  if (!whole || url->port < 1 || url->port > 65535) {
    return Invalid("has a port that is no number from 1 to 65535");
  }
  return absl::OkStatus();
}

bool HasScheme(std::string_view text) {
  if (text.empty() || !IsAlpha(text.front())) return false;
  const std::size_t end = text.find_first_of(":/?#");
  if (end == std::string_view::npos || text[end] != ':') return false;
  return std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), [](char c) {
    return IsAlpha(c) || IsDigit(c) || c == '+' || c == '-' || c == '.';
  });
}

}  // namespace

absl::StatusOr<Url> Url::Parse(std::string_view text) {
  if (text.size() > kBytesMax) return Invalid("is longer than 8192 bytes");
  if (std::any_of(text.begin(), text.end(),
                  [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; })) {
    return Invalid("holds a control character");
  }
  Url url;
  const std::size_t colon = text.find("://");
  if (colon != std::string_view::npos) url.scheme = ToLowerCase(text.substr(0, colon));
  if (url.scheme != "http" && url.scheme != "https") {
    return Invalid("does not begin with http:// or https://");
  }
  text.remove_prefix(colon + 3);
  text = text.substr(0, text.find('#'));
  const std::size_t authority_end = std::min(text.find_first_of("/?"), text.size());
  SYNCLINE_RETURN_IF_ERROR(ParseAuthority(text.substr(0, authority_end), &url));
  text.remove_prefix(authority_end);
  const std::size_t question = text.find('?');
  url.path = RemoveDotSegments(EncodeForbidden(text.substr(0, question)));
  if (question != std::string_view::npos) url.query = EncodeForbidden(text.substr(question + 1));
  return url;
}

std::string Url::origin() const {
  const bool is_v6 = host.find(':') != std::string::npos;
  std::string out = fmt::format("{}://{}{}{}", scheme, is_v6 ? "[" : "", host, is_v6 ? "]" : "");
  if (port != (scheme == "https" ? 443 : 80)) out += fmt::format(":{}", port);
  return out;
}

std::string Url::ToString() const {
  return query.empty() ? ForLog() : fmt::format("{}?{}", ForLog(), query);
}

std::string Url::ForLog() const { return origin() + path; }

std::string PercentEncode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (IsUnreserved(c)) {
      out.push_back(c);
    } else {
      AppendEncoded(c, &out);
    }
  }
  return out;
}

absl::StatusOr<Url> ResolveReference(const Url& base, std::string_view reference) {
  if (HasScheme(reference)) return Url::Parse(reference);
  if (reference.starts_with("//")) {
    return Url::Parse(fmt::format("{}:{}", base.scheme, reference));
  }
  if (reference.empty() || reference.front() == '#') return base;
  const std::string directory = base.path.substr(0, base.path.rfind('/') + 1);
  std::string_view before;
  if (reference.front() == '?') {
    before = base.path;
  } else if (reference.front() != '/') {
    before = directory;
  }
  return Url::Parse(fmt::format("{}{}{}", base.origin(), before, reference));
}

}  // namespace syncline::http
