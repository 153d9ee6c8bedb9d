#include "auth/aws_canonical_request.h"

#include <algorithm>
#include <map>
#include <vector>

namespace syncline::auth {
namespace {

constexpr std::string_view kSpaces = " \t\r\n\v\f";

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Whether `text` has an escape at `at`.
bool IsEscape(std::string_view text, std::size_t at) {
  return text[at] == '%' && at + 2 < text.size() && HexValue(text[at + 1]) >= 0 &&
         HexValue(text[at + 2]) >= 0;
}

std::string Decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (IsEscape(text, i)) {
      out.push_back(static_cast<char>(HexValue(text[i + 1]) * 16 + HexValue(text[i + 2])));
      i += 2;
    } else {
      out.push_back(plus_is_space && text[i] == '+' ? ' ' : text[i]);
    }
  }
  return out;
}

// Everything but unreserved characters, in one piece or between slashes.
std::string EncodeSegments(std::string_view path) {
  std::string out;
  while (true) {
    const std::size_t end = std::min(path.find('/'), path.size());
    out += http::PercentEncode(path.substr(0, end));
    if (end == path.size()) return out;
    out.push_back('/');
    path.remove_prefix(end + 1);
  }
}

// RFC 3986 5.2.4, and runs of slashes become one.
std::string FoldPath(std::string_view path) {
  std::vector<std::string_view> segments;
  bool ends_in_slash = true;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view segment = path.substr(0, end);
    ends_in_slash = segment.empty() || segment == "." || segment == ".." || end < path.size();
    if (segment == "..") {
      if (!segments.empty()) segments.pop_back();
    } else if (!segment.empty() && segment != ".") {
      segments.push_back(segment);
    }
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  std::string out = "/";
  for (const std::string_view segment : segments) {
    out += segment;
    out += '/';
  }
  if (!ends_in_slash && !segments.empty()) out.pop_back();
  return out;
}

std::string CanonicalPath(std::string_view path, const AwsSigningRules& rules) {
  std::string folded = rules.normalize_path ? FoldPath(path) : std::string(path);
  if (folded.empty()) folded = "/";
  return EncodeSegments(rules.encode_path_twice ? folded : Decode(folded, false));
}

struct Parameter {
  std::string name;   // encoded
  std::string value;  // encoded
  bool has_value = false;
  friend auto operator<=>(const Parameter&, const Parameter&) = default;
};

std::vector<Parameter> ParseQuery(std::string_view query) {
  std::vector<Parameter> parameters;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view part = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (part.empty()) continue;
    const std::size_t equals = std::min(part.find('='), part.size());
    const bool has_value = equals < part.size();
    parameters.push_back(
        {http::PercentEncode(Decode(part.substr(0, equals), true)),
         has_value ? http::PercentEncode(Decode(part.substr(equals + 1), true)) : std::string(),
         has_value});
  }
  return parameters;
}

std::string CanonicalQuery(std::string_view query) {
  std::vector<Parameter> parameters = ParseQuery(query);
  std::ranges::sort(parameters);
  std::string out;
  for (const Parameter& parameter : parameters) {
    if (!out.empty()) out.push_back('&');
    out += parameter.name + "=" + parameter.value;
  }
  return out;
}

// Without the spaces around it; a run of them within, also that of a folded line, is one.
std::string CanonicalValue(std::string_view value) {
  std::string out;
  while (true) {
    const std::size_t begin = std::min(value.find_first_not_of(kSpaces), value.size());
    value.remove_prefix(begin);
    if (value.empty()) return out;
    const std::size_t end = std::min(value.find_first_of(kSpaces), value.size());
    if (!out.empty()) out.push_back(' ');
    out += value.substr(0, end);
    value.remove_prefix(end);
  }
}

// What hops on the way may add, change or drop.
bool IsSigned(std::string_view name) {
  constexpr std::string_view kUnsigned[] = {
      "authorization",       "connection",       "expect",     "keep-alive",
      "proxy-authorization", "proxy-connection", "te",         "trailer",
      "transfer-encoding",   "upgrade",          "user-agent", "x-amzn-trace-id",
      "accept-encoding"};
  return std::ranges::find(kUnsigned, name) == std::end(kUnsigned);
}

std::string EncodePathForSending(std::string_view path) {
  std::string out;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (IsEscape(path, i)) {
      const char byte = static_cast<char>(HexValue(path[i + 1]) * 16 + HexValue(path[i + 2]));
      // A dot stays escaped if it was: bare, it could become a dot segment.
      std::string encoded = http::PercentEncode(std::string_view(&byte, 1));
      out += byte == '.' ? "%2E" : encoded;
      i += 2;
    } else {
      out += path[i] == '/' ? "/" : http::PercentEncode(path.substr(i, 1));
    }
  }
  return out;
}

}  // namespace

AwsSigningRules AwsRulesOf(std::string_view service) {
  if (service == "s3" || service == "s3-object-lambda" || service == "s3-outposts" ||
      service == "s3express") {
    return {.encode_path_twice = false, .normalize_path = false, .send_content_sha256 = true};
  }
  // OpenSearch Serverless refuses requests without it.
  return {.send_content_sha256 = service == "aoss"};
}

AwsCanonicalRequest CanonicalizeForAws(std::string_view method, std::string_view path,
                                       std::string_view query, const http::Headers& headers,
                                       std::string_view body_sha256, const AwsSigningRules& rules) {
  std::map<std::string, std::string> lines;  // by lower-case name
  for (const auto& [name, value] : headers.all()) {
    std::string key = http::ToLowerCase(name);
    if (!IsSigned(key)) continue;
    const auto [line, is_new] = lines.try_emplace(std::move(key), CanonicalValue(value));
    if (!is_new) line->second += "," + CanonicalValue(value);
  }
  AwsCanonicalRequest canonical;
  canonical.text =
      std::string(method) + '\n' + CanonicalPath(path, rules) + '\n' + CanonicalQuery(query) + '\n';
  for (const auto& [name, value] : lines) {
    canonical.text += name + ':' + value + '\n';
    canonical.signed_headers += (canonical.signed_headers.empty() ? "" : ";") + name;
  }
  canonical.text += '\n' + canonical.signed_headers + '\n';
  canonical.text += body_sha256;
  return canonical;
}

void MakeUnambiguous(http::Url* url) {
  url->path = EncodePathForSending(url->path);
  std::string query;
  for (const Parameter& parameter : ParseQuery(url->query)) {
    if (!query.empty()) query.push_back('&');
    query += parameter.name;
    if (parameter.has_value) query += "=" + parameter.value;
  }
  url->query = std::move(query);
}

}  // namespace syncline::auth
