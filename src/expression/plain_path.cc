#include "expression/plain_path.h"

#include "expression/lexer.h"

namespace syncline::expression {

std::optional<std::vector<std::string>> PlainPath(std::string_view text) {
  absl::StatusOr<std::vector<Token>> tokens = Tokenize(text);
  if (!tokens.ok()) return std::nullopt;
  std::vector<std::string> path;
  if (tokens->size() == 2 && tokens->front().kind == TokenKind::kCurrent) return path;
  for (std::size_t i = 0; i < tokens->size(); ++i) {
    Token& token = (*tokens)[i];
    const bool is_name = token.kind == TokenKind::kName || token.kind == TokenKind::kQuotedName;
    if (i % 2 == 0) {
      if (!is_name) return std::nullopt;
      path.push_back(std::move(token.text));
    } else if (token.kind == TokenKind::kEnd) {
      return path;
    } else if (token.kind != TokenKind::kDot) {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

}  // namespace syncline::expression
