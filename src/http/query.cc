#include <algorithm>
#include <charconv>
#include <vector>

#include "http/message.h"

namespace syncline::http {
namespace {

// The name of one "name=value" part as a form decoder reads it: escapes undone, "+" a space.
std::string DecodedName(std::string_view part) {
  const std::string_view name = part.substr(0, part.find('='));
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    unsigned value = 0;
    const char* const digits = name.data() + i + 1;
    if (name[i] == '%' && i + 2 < name.size() &&
        std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2) {
      out.push_back(static_cast<char>(value));
      i += 2;
    } else {
      out.push_back(name[i] == '+' ? ' ' : name[i]);
    }
  }
  return out;
}

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

void RemoveQueryParameter(Url* url, std::string_view name) { Replace(url, name, ""); }

}  // namespace syncline::http
