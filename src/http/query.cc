#include "http/query.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "http/message.h"

namespace syncline::http {
namespace {

// As a form decoder reads it: escapes undone, "+" a space.
std::string Decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    const char* const digits = text.data() + i + 1;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2) {
      out.push_back(static_cast<char>(value));
      i += 2;
    } else {
      out.push_back(text[i] == '+' ? ' ' : text[i]);
    }
  }
  return out;
}

std::string DecodedName(std::string_view part) { return Decoded(part.substr(0, part.find('='))); }

std::vector<std::string_view> PartsOf(std::string_view query) {
  std::vector<std::string_view> parts;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    if (end > 0) parts.push_back(query.substr(0, end));
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return parts;
}

// Puts `replacement` where the first parameter of that name stood, or at the end; "" removes it.
void Replace(Url* url, std::string_view name, std::string_view replacement) {
  std::string query;
  bool done = replacement.empty();
  auto append = [&query](std::string_view part) {
    if (!query.empty()) query += '&';
    query += part;
  };
  for (const std::string_view part : PartsOf(url->query)) {
    if (DecodedName(part) != name) {
      append(part);
    } else if (!done) {
      append(replacement);
      done = true;
    }
  }
  if (!done) append(replacement);
  url->query = std::move(query);
}

}  // namespace

void SetQueryParameter(Url* url, std::string_view name, std::string_view value) {
  Replace(url, name, PercentEncode(name) + "=" + PercentEncode(value));
}

std::vector<std::pair<std::string, std::string>> ParseQuery(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  for (const std::string_view part : PartsOf(query)) {
    const std::size_t equals = part.find('=');
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1);
    parameters.emplace_back(DecodedName(part), Decoded(value));
  }
  return parameters;
}

void RemoveQueryParameter(Url* url, std::string_view name) { Replace(url, name, ""); }

}  // namespace syncline::http
