#include "pull/answer_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/status.h"
#include "decode/body.h"
#include "expression/named_scope.h"
#include "http/rate_headers.h"
#include "pull/response_scope.h"
#include "pull/wait_value.h"

namespace syncline::pull {
namespace {

using Action = v1::ResponseRule::Action;

constexpr int kStatusMin = 100;
constexpr int kStatusMax = 599;
constexpr std::array<std::string_view, 3> kNames = {"status", "headers", "response"};
// GraphQL over HTTP: what went wrong stands beside the data, under a status of success.
constexpr char kGraphqlErrors[] = "status >= `200` && status < `300` && response.errors";
constexpr char kGraphqlMessage[] = "The vendor answers with errors: {{response.errors[0].message}}";

template <typename Compiled>
bool Mentions(const Compiled& compiled, std::string_view name) {
  const std::vector<std::string> names = compiled.RootNames();
  return std::ranges::find(names, name) != names.end();
}

void CheckStatuses(const v1::ResponseRule& spec, base::FieldViolations* violations) {
  if (spec.statuses_size() > AnswerRules::kStatusesMax) {
    violations->Add("statuses", fmt::format("has {} entries; at most {}", spec.statuses_size(),
                                            AnswerRules::kStatusesMax));
  }
  for (int i = 0; i < spec.statuses_size(); ++i) {
    const int status = spec.statuses(i);
    if (status >= kStatusMin && status <= kStatusMax) continue;
    violations->Add(fmt::format("statuses[{}]", i),
                    fmt::format("is {}; {} to {} are allowed", status, kStatusMin, kStatusMax));
  }
}

void CheckAction(const v1::ResponseRule& spec, base::FieldViolations* violations) {
  const Action action = spec.action();
  if (action == v1::ResponseRule::ACTION_UNSPECIFIED || !v1::ResponseRule::Action_IsValid(action)) {
    violations->Add(
        "action", "is required: SUCCEED, SKIP, RETRY, WAIT, RENEW_SIGN_IN, RESTART_PAGING or FAIL");
  }
  if (!spec.wait().empty() && action != v1::ResponseRule::ACTION_WAIT) {
    violations->Add("wait", "belongs to the action WAIT");
  }
}

absl::Status InRule(int number, const absl::Status& status) {
  return base::Error(base::ReasonOf(status),
                     fmt::format("Rule {} of the response: {}", number, base::MessageOf(status)),
                     base::MetadataOf(status));
}

}  // namespace

AnswerRules::Rule AnswerRules::CompileRule(const v1::ResponseRule& spec,
                                           base::FieldViolations* violations) {
  Rule rule{.statuses = {spec.statuses().begin(), spec.statuses().end()}, .action = spec.action()};
  CheckStatuses(spec, violations);
  CheckAction(spec, violations);
  const auto compile = [&](const std::string& text, const char* field,
                           std::optional<expression::Expression>* out) {
    if (text.empty()) return;
    auto compiled = expression::CompileIn(kNames, text);
    if (!compiled.ok()) return violations->Add(field, base::MessageOf(compiled.status()));
    rule.looks_at_body = rule.looks_at_body || Mentions(*compiled, "response");
    *out = *std::move(compiled);
  };
  compile(spec.when(), "when", &rule.when);
  compile(spec.wait(), "wait", &rule.wait);
  if (spec.message().empty()) return rule;
  auto message = expression::CompileTemplateIn(kNames, spec.message());
  if (!message.ok()) {
    violations->Add("message", base::MessageOf(message.status()));
    return rule;
  }
  rule.looks_at_body = rule.looks_at_body || Mentions(*message, "response");
  rule.message = *std::move(message);
  return rule;
}

AnswerRules::Rule AnswerRules::GraphqlRule() {
  v1::ResponseRule spec;
  spec.set_when(kGraphqlErrors);
  spec.set_message(kGraphqlMessage);
  spec.set_action(v1::ResponseRule::ACTION_FAIL);
  base::FieldViolations none;
  return CompileRule(spec, &none);
}

absl::StatusOr<std::shared_ptr<const AnswerRules>> AnswerRules::Compile(
    const v1::ResponseRules& spec, bool is_graphql, bool may_be_empty) {
  base::FieldViolations violations;
  decode::CheckFormat(spec, &violations);
  if (spec.rules_size() > kRulesMax) {
    violations.Add("rules",
                   fmt::format("has {} entries; at most {}", spec.rules_size(), kRulesMax));
  }
  const auto rules = std::make_shared<AnswerRules>();
  rules->spec_ = spec;
  rules->may_be_empty_ = may_be_empty;
  for (int i = 0; i < spec.rules_size(); ++i) {
    base::FieldViolations mistakes;
    rules->rules_.push_back(CompileRule(spec.rules(i), &mistakes));
    rules->rules_.back().number = i + 1;
    violations.AddStatus(fmt::format("rules[{}]", i), mistakes.ToStatus());
  }
  if (is_graphql) rules->rules_.push_back(GraphqlRule());
  SYNCLINE_RETURN_IF_ERROR(violations.ToStatus());
  return std::shared_ptr<const AnswerRules>(rules);
}

bool AnswerRules::Covers(const Rule& rule, int status) {
  return rule.statuses.empty() || std::ranges::find(rule.statuses, status) != rule.statuses.end();
}

bool AnswerRules::LooksAtBody(int status) const {
  return std::ranges::any_of(
      rules_, [&](const Rule& rule) { return rule.looks_at_body && Covers(rule, status); });
}

absl::StatusOr<Ruling> AnswerRules::Judge(const http::Response& answer,
                                          const expression::Value& body, base::Time now) const {
  if (rules_.empty()) return Ruling{};
  const ResponseScope scope({}, answer.headers, answer.status, body, expression::Value::Array({}),
                            {});
  expression::Evaluation evaluation(now);
  for (const Rule& rule : rules_) {
    if (!Covers(rule, answer.status)) continue;
    if (rule.when.has_value()) {
      const auto fits = rule.when->Evaluate(scope.value(), evaluation);
      if (!fits.ok()) return InRule(rule.number, fits.status());
      if (!expression::IsTruthy(*fits)) continue;
    }
    auto ruling = RulingOf(rule, answer, scope.value(), evaluation, now);
    if (!ruling.ok()) return InRule(rule.number, ruling.status());
    return ruling;
  }
  return Ruling{};
}

absl::StatusOr<Ruling> AnswerRules::RulingOf(const Rule& rule, const http::Response& answer,
                                             const expression::Value& scope,
                                             expression::Evaluation& evaluation, base::Time now) {
  Ruling ruling{.action = rule.action, .rule = rule.number};
  if (rule.message.has_value()) {
    SYNCLINE_ASSIGN_OR_RETURN(
        ruling.message,
        rule.message->Render(scope, evaluation, expression::Template::Null::kEmpty));
  }
  if (rule.action != v1::ResponseRule::ACTION_WAIT) return ruling;
  if (rule.wait.has_value()) {
    SYNCLINE_ASSIGN_OR_RETURN(const expression::Value value,
                              rule.wait->Evaluate(scope, evaluation));
    SYNCLINE_ASSIGN_OR_RETURN(ruling.wait, ReadWait(value, now));
  }
  if (!ruling.wait.has_value()) ruling.wait = http::WaitAskedFor(answer.headers, now);
  return ruling;
}

}  // namespace syncline::pull
