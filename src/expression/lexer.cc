#include "expression/lexer.h"

#include "base/status.h"
#include "fmt/format.h"
#include "json/document.h"

namespace syncline::expression {
namespace {

bool IsNameStart(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

struct Symbol {
  std::string_view text;
  TokenKind kind;
};

// Longer symbols stand before their prefixes.
constexpr Symbol kSymbols[] = {
    {"||", TokenKind::kOr},          {"|", TokenKind::kPipe},
    {"&&", TokenKind::kAnd},         {"&", TokenKind::kReference},
    {"==", TokenKind::kEqual},       {"!=", TokenKind::kNotEqual},
    {"!", TokenKind::kNot},          {"<=", TokenKind::kLessEqual},
    {"<", TokenKind::kLess},         {">=", TokenKind::kGreaterEqual},
    {">", TokenKind::kGreater},      {"[]", TokenKind::kFlatten},
    {"[?", TokenKind::kFilter},      {"[", TokenKind::kLeftBracket},
    {"]", TokenKind::kRightBracket}, {"{", TokenKind::kLeftBrace},
    {"}", TokenKind::kRightBrace},   {"(", TokenKind::kLeftParen},
    {")", TokenKind::kRightParen},   {".", TokenKind::kDot},
    {"*", TokenKind::kStar},         {",", TokenKind::kComma},
    {":", TokenKind::kColon},        {"@", TokenKind::kCurrent},
};

// Removes the backslash before each `quote`; other backslashes stay.
std::string Unquote(std::string_view inside, char quote) {
  std::string text;
  for (std::size_t i = 0; i < inside.size(); ++i) {
    if (inside[i] == '\\' && i + 1 < inside.size() && inside[i + 1] == quote) ++i;
    text.push_back(inside[i]);
  }
  return text;
}

// One pass over the text of one expression.
class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  absl::StatusOr<std::vector<Token>> Run() {
    while (true) {
      at_ = text_.find_first_not_of(" \t\r\n", at_);
      if (at_ == std::string_view::npos) break;
      SYNCLINE_RETURN_IF_ERROR(Next());
    }
    tokens_.push_back({TokenKind::kEnd, text_.size(), {}});
    return std::move(tokens_);
  }

 private:
  absl::Status Next() {
    const char c = text_[at_];
    if (IsNameStart(c)) {
      std::size_t end = at_ + 1;
      while (end < text_.size() && (IsNameStart(text_[end]) || IsDigit(text_[end]))) ++end;
      Take(TokenKind::kName, end, std::string(text_.substr(at_, end - at_)));
      return absl::OkStatus();
    }
    if (IsDigit(c) || c == '-') return Number();
    if (c == '"' || c == '\'' || c == '`') return Quoted(c);
    for (const Symbol& symbol : kSymbols) {
      if (!text_.substr(at_).starts_with(symbol.text)) continue;
      Take(symbol.kind, at_ + symbol.text.size(), std::string(symbol.text));
      return absl::OkStatus();
    }
    return InvalidAt(at_, c == '=' ? "a single = compares nothing; write ==" : "unknown character");
  }

  absl::Status Number() {
    std::size_t end = at_ + 1;
    while (end < text_.size() && IsDigit(text_[end])) ++end;
    std::string digits(text_.substr(at_, end - at_));
    if (digits == "-") return InvalidAt(at_, "a minus sign stands only before an index");
    Take(TokenKind::kNumber, end, std::move(digits));
    return absl::OkStatus();
  }

  absl::Status Quoted(char quote) {
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != quote) end += text_[end] == '\\' ? 2 : 1;
    if (end >= text_.size()) return InvalidAt(at_, fmt::format("this {} is not closed", quote));
    const std::string_view inside = text_.substr(at_ + 1, end - at_ - 1);
    if (quote == '\'') {
      Take(TokenKind::kRawString, end + 1, Unquote(inside, quote));
    } else if (quote == '`') {
      Take(TokenKind::kLiteral, end + 1, Unquote(inside, quote));
    } else {
      const auto name = json::Document::Parse(fmt::format("\"{}\"", inside));
      if (!name.ok()) return InvalidAt(at_, "a quoted name follows the rules of JSON strings");
      Take(TokenKind::kQuotedName, end + 1, std::string((*name)->root().text()));
    }
    return absl::OkStatus();
  }

  void Take(TokenKind kind, std::size_t end, std::string text) {
    tokens_.push_back({kind, at_, std::move(text)});
    at_ = end;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace

absl::StatusOr<std::vector<Token>> Tokenize(std::string_view text) { return Lexer(text).Run(); }

absl::Status InvalidAt(std::size_t offset, std::string_view message) {
  return base::Error(base::Reason::kExpressionInvalid,
                     fmt::format("Character {} of the expression: {}.", offset + 1, message),
                     {{"offset", fmt::to_string(offset)}});
}

}  // namespace syncline::expression
