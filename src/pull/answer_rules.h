#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/status.h"
#include "expression/expression.h"
#include "http/message.h"
#include "syncline/v1/response_rules.pb.h"

namespace syncline::pull {

// What the first rule that fits says about an answer.
struct Ruling {
  // UNSPECIFIED: no rule fits, and the status decides.
  v1::ResponseRule::Action action = v1::ResponseRule::ACTION_UNSPECIFIED;
  int rule = 0;         // its number, from 1; 0 for the rule that comes with GraphQL
  std::string message;  // "" = none was written: what the vendor wrote
  // With WAIT; nullopt when neither the rule nor the answer says how long.
  std::optional<std::chrono::milliseconds> wait;
};

// What the answers of one request may be, compiled. Immutable, safe for concurrent use.
class AnswerRules {
 public:
  static constexpr int kRulesMax = 32;
  static constexpr int kStatusesMax = 32;

  // INVALID_ARGUMENT with every mistake; fields are those of the message: "csv.delimiter",
  // "rules[1].when". `is_graphql`: the request is GraphQL, whose errors come with status 200.
  // `may_be_empty`: a status of success may come without a body, which is no content then.
  static absl::StatusOr<std::shared_ptr<const AnswerRules>> Compile(const v1::ResponseRules& spec,
                                                                    bool is_graphql,
                                                                    bool may_be_empty = false);

  const v1::ResponseRules& spec() const { return spec_; }
  bool may_be_empty() const { return may_be_empty_; }
  // Whether a rule for such a status looks into the body.
  bool LooksAtBody(int status) const;
  // `body`: null when it is none. EXPRESSION_FAILED, EXPRESSION_TOO_COSTLY, with the rule's number.
  absl::StatusOr<Ruling> Judge(const http::Response& answer, const expression::Value& body,
                               base::Time now) const;

 private:
  struct Rule {
    int number = 0;
    std::vector<int> statuses;
    std::optional<expression::Expression> when;
    v1::ResponseRule::Action action = v1::ResponseRule::ACTION_UNSPECIFIED;
    std::optional<expression::Template> message;
    std::optional<expression::Expression> wait;
    bool looks_at_body = false;
  };

  static Rule CompileRule(const v1::ResponseRule& spec, base::FieldViolations* violations);
  static Rule GraphqlRule();
  static bool Covers(const Rule& rule, int status);
  static absl::StatusOr<Ruling> RulingOf(const Rule& rule, const http::Response& answer,
                                         const expression::Value& scope,
                                         expression::Evaluation& evaluation, base::Time now);

  v1::ResponseRules spec_;
  bool may_be_empty_ = false;
  std::vector<Rule> rules_;
};

}  // namespace syncline::pull
