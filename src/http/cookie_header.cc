#include "http/cookie_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace syncline::http {

void SetCookie(std::string_view name, std::string_view value, http::Headers* headers) {
  std::string line;
  const auto append = [&line](std::string_view pair) {
    if (!line.empty()) line += "; ";
    line += pair;
  };
  std::string_view rest = headers->Find("Cookie").value_or("");
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(';'), rest.size());
    std::string_view pair = rest.substr(0, end);
    pair.remove_prefix(std::min(pair.find_first_not_of(' '), pair.size()));
    if (!pair.empty() && pair.substr(0, pair.find('=')) != name) append(pair);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  append(fmt::format("{}={}", name, value));
  headers->Set("Cookie", std::move(line));
}

bool IsCookieValue(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return c > 0x20 && c < 0x7F && std::string_view("\",;\\").find(c) == std::string_view::npos;
  });
}

bool IsSendableCookieValue(std::string_view text) {
  return IsHeaderValue(text) && text.find(';') == std::string_view::npos;
}

}  // namespace syncline::http
