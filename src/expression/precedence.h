#pragma once

#include "expression/lexer.h"
#include "expression/program.h"

namespace syncline::expression {

// How tightly an operator binds what stands before it. What binds weaker than kProjectionStop ends
// a projection: in `a[*].b | c` the pipe sees the whole list.
enum Power : int {
  kPowerNone = 0,
  kPowerPipe = 1,
  kPowerOr = 2,
  kPowerAnd = 3,
  kPowerCompare = 5,
  kPowerFlatten = 9,
  kProjectionStop = 10,
  kPowerStar = 20,
  kPowerFilter = 21,
  kPowerDot = 40,
  kPowerNot = 45,
  kPowerBrace = 50,
  kPowerBracket = 55,
  kPowerParen = 60,
};

inline Power PowerOf(TokenKind kind) {
  switch (kind) {
    case TokenKind::kPipe: return kPowerPipe;
    case TokenKind::kOr: return kPowerOr;
    case TokenKind::kAnd: return kPowerAnd;
    case TokenKind::kEqual:
    case TokenKind::kNotEqual:
    case TokenKind::kLess:
    case TokenKind::kLessEqual:
    case TokenKind::kGreater:
    case TokenKind::kGreaterEqual: return kPowerCompare;
    case TokenKind::kFlatten: return kPowerFlatten;
    case TokenKind::kStar: return kPowerStar;
    case TokenKind::kFilter: return kPowerFilter;
    case TokenKind::kDot: return kPowerDot;
    case TokenKind::kNot: return kPowerNot;
    case TokenKind::kLeftBrace: return kPowerBrace;
    case TokenKind::kLeftBracket: return kPowerBracket;
    case TokenKind::kLeftParen: return kPowerParen;
    default: return kPowerNone;
  }
}

// The token kinds stand in the order of the comparisons.
inline Comparison ComparisonOf(TokenKind kind) {
  return static_cast<Comparison>(static_cast<int>(kind) - static_cast<int>(TokenKind::kEqual));
}

}  // namespace syncline::expression
