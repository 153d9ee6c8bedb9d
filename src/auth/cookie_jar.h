#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "http/message.h"
#include "secret/secret.h"

namespace syncline::auth {

// The cookies that a login set (RFC 6265): by host or domain, path, scheme and end. Every host that
// is asked is one of the credential's, so no list of public suffixes is needed. Not for concurrent
// use.
class CookieJar {
 public:
  static constexpr std::size_t kCookiesMax = 64;  // the oldest goes
  static constexpr std::size_t kBytesMax = 4096;  // of name and value; a longer one is not taken

  struct Cookie {
    std::string name;
    secret::Secret value;
    std::string domain;     // lower case
    bool host_only = true;  // else hosts below `domain` get it, too
    std::string path = "/";
    bool secure = false;
    std::optional<base::Time> end;
  };

  // Takes the Set-Cookie headers of an answer to a request for `url`; one that has ended removes
  // what it replaces. What is malformed, or meant for another site, is left out.
  void Take(const http::Headers& headers, const http::Url& url, base::Time now);
  // Joins the request's Cookie header with what belongs to its URL, longer paths first.
  void Put(base::Time now, http::Request* request) const;

  const std::vector<Cookie>& cookies() const { return cookies_; }
  bool empty() const { return cookies_.empty(); }

 private:
  std::vector<Cookie> cookies_;  // in order of their arrival
};

}  // namespace syncline::auth
