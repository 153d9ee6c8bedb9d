#include "pull/link_header.h"

#include <algorithm>

#include "http/message.h"

namespace syncline::pull {
namespace {

using Links = std::vector<std::pair<std::string, std::string>>;

// Reads a header from the left.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool AtEnd() {
    SkipBlanks();
    return rest_.empty();
  }
  bool Take(char c) {
    SkipBlanks();
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // Up to and over `end`; false when there is none.
  bool TakeUntil(char end, std::string* text) {
    const std::size_t at = rest_.find(end);
    if (at == std::string_view::npos) return false;
    *text = rest_.substr(0, at);
    rest_.remove_prefix(at + 1);
    return true;
  }
  // A token, or a quoted string with its backslashes undone (RFC 9110 5.6.4).
  bool TakeValue(std::string* value) {
    if (!Take('"')) {
      *value = TakeToken();
      return true;
    }
    value->clear();
    while (!rest_.empty() && rest_.front() != '"') {
      if (rest_.front() == '\\' && rest_.size() > 1) rest_.remove_prefix(1);
      value->push_back(rest_.front());
      rest_.remove_prefix(1);
    }
    return Take('"');
  }
  std::string TakeToken() {
    SkipBlanks();
    const std::size_t end = std::min(rest_.find_first_of(" \t=;,\""), rest_.size());
    std::string token(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return token;
  }

 private:
  void SkipBlanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size())); }
  std::string_view rest_;
};

void AddRelations(const std::string& relations, const std::string& target, Links* links) {
  Reader reader(relations);
  while (!reader.AtEnd() && links->size() < kLinkCountMax) {
    std::string relation = http::ToLowerCase(reader.TakeToken());
    if (relation.empty()) return;
    const bool known = std::any_of(links->begin(), links->end(),
                                   [&](const auto& link) { return link.first == relation; });
    if (!known) links->emplace_back(std::move(relation), target);
  }
}

}  // namespace

Links ParseLinkHeader(std::string_view text) {
  Links links;
  Reader reader(text);
  while (!reader.AtEnd()) {
    if (reader.Take(',')) continue;
    std::string target;
    if (!reader.Take('<') || !reader.TakeUntil('>', &target)) break;
    std::string relations;
    bool readable = true;
    while (readable && reader.Take(';')) {
      const std::string name = http::ToLowerCase(reader.TakeToken());
      std::string value;
      if (reader.Take('=')) readable = reader.TakeValue(&value);
      if (readable && name == "rel" && relations.empty())
        relations = value;  // the first one counts
    }
    if (!readable) break;
    AddRelations(relations, target, &links);
    if (!reader.Take(',')) break;
  }
  return links;
}

}  // namespace syncline::pull
