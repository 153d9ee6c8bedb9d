#include "auth/cookie_jar.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>

#include "http/cookie_header.h"
#include "http/date.h"

namespace syncline::auth {
namespace {

using Cookie = CookieJar::Cookie;

std::string_view Trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// Cuts the part before `mark` off.
std::string_view TakePart(std::string_view* text, char mark) {
  const std::size_t end = std::min(text->find(mark), text->size());
  const std::string_view part = text->substr(0, end);
  text->remove_prefix(std::min(end + 1, text->size()));
  return Trim(part);
}

bool IsAddress(std::string_view host) {
  return host.find(':') != std::string_view::npos ||
         host.find_first_not_of("0123456789.") == std::string_view::npos;
}

// RFC 6265 5.1.3.
bool DomainMatches(std::string_view host, std::string_view domain) {
  if (host == domain) return true;
  return host.size() > domain.size() && host.ends_with(domain) &&
         host[host.size() - domain.size() - 1] == '.' && !IsAddress(host);
}

// RFC 6265 5.1.4.
bool PathMatches(std::string_view asked, std::string_view path) {
  if (!asked.starts_with(path)) return false;
  return asked.size() == path.size() || path.ends_with('/') || asked[path.size()] == '/';
}

std::string DefaultPath(std::string_view asked) {
  const std::size_t slash = asked.rfind('/');
  return slash == 0 || slash == std::string_view::npos ? "/" : std::string(asked.substr(0, slash));
}

// One attribute of a Set-Cookie; false when the cookie is not for us.
bool TakeAttribute(std::string_view name, std::string_view value, base::Time now, bool* has_max_age,
                   Cookie* cookie) {
  if (http::EqualsIgnoringCase(name, "secure")) {
    cookie->secure = true;
  } else if (http::EqualsIgnoringCase(name, "path")) {
    if (value.starts_with('/')) cookie->path = value;
  } else if (http::EqualsIgnoringCase(name, "domain")) {
    if (value.starts_with('.')) value.remove_prefix(1);
    if (value.empty()) return true;
    const std::string domain = http::ToLowerCase(value);
    // A single label would be a whole top-level domain.
    if (!DomainMatches(cookie->domain, domain)) return false;
    if (cookie->domain != domain && domain.find('.') == std::string::npos) return false;
    cookie->host_only = cookie->domain == domain && IsAddress(domain);
    cookie->domain = domain;
  } else if (http::EqualsIgnoringCase(name, "max-age")) {
    constexpr std::int64_t kMost = std::int64_t{400} * 24 * 3600;  // as browsers bound it
    std::int64_t seconds = 0;
    const auto read = std::from_chars(value.data(), value.data() + value.size(), seconds);
    if (read.ec != std::errc() || read.ptr != value.data() + value.size()) return true;
    cookie->end = now + std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, kMost));
    *has_max_age = true;
  } else if (http::EqualsIgnoringCase(name, "expires") && !*has_max_age) {
    if (const auto end = http::ParseHttpDate(value, now); end.has_value()) cookie->end = *end;
  }
  return true;
}

std::optional<Cookie> Parse(std::string_view line, const http::Url& url, base::Time now) {
  std::string_view pair = TakePart(&line, ';');
  if (pair.size() > CookieJar::kBytesMax || pair.find('=') == std::string_view::npos) {
    return std::nullopt;
  }
  Cookie cookie{.domain = url.host, .path = DefaultPath(url.path)};
  cookie.name = TakePart(&pair, '=');
  cookie.value = secret::Secret(std::string(Trim(pair)));
  if (!http::IsHeaderName(cookie.name) || !http::IsHeaderValue(pair)) return std::nullopt;
  bool has_max_age = false;
  while (!line.empty()) {
    std::string_view attribute = TakePart(&line, ';');
    const std::string_view name = TakePart(&attribute, '=');
    if (!TakeAttribute(name, Trim(attribute), now, &has_max_age, &cookie)) return std::nullopt;
  }
  return cookie;
}

}  // namespace

void CookieJar::Take(const http::Headers& headers, const http::Url& url, base::Time now) {
  for (const auto& [name, line] : headers.all()) {
    if (!http::EqualsIgnoringCase(name, "set-cookie")) continue;
    std::optional<Cookie> cookie = Parse(line, url, now);
    if (!cookie.has_value()) continue;
    std::erase_if(cookies_, [&](const Cookie& other) {
      return other.name == cookie->name && other.domain == cookie->domain &&
             other.path == cookie->path;
    });
    if (cookie->end.has_value() && *cookie->end <= now) continue;
    if (cookies_.size() == kCookiesMax) cookies_.erase(cookies_.begin());
    cookies_.push_back(*std::move(cookie));
  }
}

void CookieJar::Put(base::Time now, http::Request* request) const {
  const http::Url& url = request->url;
  std::vector<const Cookie*> fitting;
  for (const Cookie& cookie : cookies_) {
    if (cookie.end.has_value() && *cookie.end <= now) continue;
    if (cookie.secure && url.scheme != "https") continue;
    const bool host =
        cookie.host_only ? url.host == cookie.domain : DomainMatches(url.host, cookie.domain);
    if (host && PathMatches(url.path, cookie.path)) fitting.push_back(&cookie);
  }
  std::ranges::stable_sort(fitting, std::ranges::greater(),
                           [](const Cookie* cookie) { return cookie->path.size(); });
  for (const Cookie* const cookie : fitting) {
    http::SetCookie(cookie->name, cookie->value.Reveal(), &request->headers);
  }
}

}  // namespace syncline::auth
