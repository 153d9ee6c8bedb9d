#include "http/challenge.h"

#include <algorithm>

#include "http/message.h"

namespace syncline::http {
namespace {

// Reads a header from left to right.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool AtEnd() const { return rest_.empty(); }
  void SkipSpaces() { Skip(" \t"); }
  void SkipSeparators() { Skip(" \t,"); }
  void SkipOne() { rest_.remove_prefix(rest_.empty() ? 0 : 1); }
  bool Take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // A token (RFC 9110 5.6.2); "" when there is none.
  std::string_view Token() {
    const std::size_t end = std::min(rest_.find_first_of(" \t,=\"\\;()<>@:/[]?{}"), rest_.size());
    const std::string_view token = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return token;
  }
  // After the opening quote, up to and with the closing one.
  std::string Quoted() {
    std::string text;
    while (!rest_.empty()) {
      char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '"') break;
      if (c == '\\' && !rest_.empty()) {
        c = rest_.front();
        rest_.remove_prefix(1);
      }
      text.push_back(c);
    }
    return text;
  }

 private:
  void Skip(std::string_view characters) {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(characters), rest_.size()));
  }
  std::string_view rest_;
};

}  // namespace

std::vector<Challenge> ParseChallenges(std::string_view header) {
  std::vector<Challenge> challenges;
  Reader reader(header);
  while (true) {
    reader.SkipSeparators();
    if (reader.AtEnd()) return challenges;
    const std::string name = ToLowerCase(reader.Token());
    reader.SkipSpaces();
    if (name.empty()) {  // no token here: pass over one character, so that this ends
      reader.SkipOne();
    } else if (reader.Take('=')) {
      reader.SkipSpaces();
      std::string value = reader.Take('"') ? reader.Quoted() : std::string(reader.Token());
      if (challenges.empty() || challenges.back().parameters.size() == Challenge::kCountMax)
        continue;
      challenges.back().parameters.emplace(name, std::move(value));
    } else {
      if (challenges.size() == Challenge::kCountMax) return challenges;
      challenges.push_back({.scheme = name, .parameters = {}});
    }
  }
}

}  // namespace syncline::http
