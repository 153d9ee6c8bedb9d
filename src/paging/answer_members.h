#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "expression/value.h"
#include "paging/sent_parameters.h"

namespace syncline::paging {

// The members by which vendors tell how a list goes on, for AutomaticPagination. A name stands for
// itself at the top of the body and inside each of the members that usually hold such things; "/"
// goes into a member. Pure functions, safe for concurrent use.

// A member of the first answer, and the expression that finds it: "response.meta.next".
struct AnswerMember {
  std::string expression;
  expression::Value value;
};
using Accepts = std::function<bool(const expression::Value&)>;

// The first of `names` with a value that is accepted; `scope` is that of paging expressions.
std::optional<AnswerMember> FindMember(const expression::Value& scope,
                                       std::span<const std::string_view> names,
                                       const Accepts& accepts);
std::optional<AnswerMember> FindMember(const expression::Value& scope, std::string_view name,
                                       const Accepts& accepts);
// The value of the first of `names` that is a whole number, not negative.
std::optional<std::int64_t> FindNumber(const expression::Value& scope,
                                       std::span<const std::string_view> names);
// A number, or a text that is one; nullopt for anything else and below zero.
std::optional<std::int64_t> WholeNumber(const expression::Value& value);

// A query parameter that counts, and what it was for the first page.
struct Counter {
  std::string parameter;
  std::int64_t first = 0;
};
// How a parameter may be called, and the members that tell its value.
struct CounterNames {
  std::span<const std::string_view> parameters;
  std::span<const std::string_view> members;
};
// The one that was sent with a number, else the one that the answer tells, which is then named like
// its member.
std::optional<Counter> CountedBy(const expression::Value& scope, const SentParameters& sent,
                                 const CounterNames& names);

// A member that holds a token, and the parameter that it usually goes into.
struct TokenMember {
  std::string_view member;
  std::string_view parameter;
  bool only_when_sent = false;  // the name alone says too little
};

extern const std::span<const std::string_view> kNextLinks;
extern const std::span<const TokenMember> kTokens;
extern const std::span<const std::string_view> kMoreFlags;  // true: more follows
extern const std::span<const std::string_view> kLastFlags;  // true: nothing follows
extern const std::span<const std::string_view> kPageCounts;
extern const std::span<const std::string_view> kTotals;
extern const std::span<const std::string_view> kLimits;
extern const std::span<const std::string_view> kLimitParameters;
extern const CounterNames kPageNumbers;
extern const CounterNames kOffsets;

}  // namespace syncline::paging
