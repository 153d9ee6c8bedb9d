#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace syncline::expression {

enum class TokenKind : std::uint8_t {
  kEnd,
  kName,
  kQuotedName,
  kRawString,
  kLiteral,
  kNumber,
  kDot,
  kStar,
  kLeftBracket,
  kRightBracket,
  kFlatten,
  kFilter,
  kLeftBrace,
  kRightBrace,
  kLeftParen,
  kRightParen,
  kComma,
  kColon,
  kPipe,
  kOr,
  kAnd,
  kNot,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kCurrent,
  kReference,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::size_t offset = 0;  // bytes from the start of the expression
  std::string text;        // a name or string decoded, a literal's JSON, a number's digits
};

// Splits an expression into tokens, the last of which is kEnd. EXPRESSION_INVALID.
absl::StatusOr<std::vector<Token>> Tokenize(std::string_view text);

// The error of a mistake at `offset`; the form that every mistake of an expression takes.
absl::Status InvalidAt(std::size_t offset, std::string_view message);

}  // namespace syncline::expression
