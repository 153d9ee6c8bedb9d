#include "paging/advanced_paginator.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>

#include "http/message.h"

namespace syncline::paging {
namespace {

using expression::Expression;
using expression::Value;

absl::StatusOr<std::vector<std::pair<std::string, Expression>>> CompileAll(
    const google::protobuf::Map<std::string, std::string>& texts) {
  const std::map<std::string, std::string> sorted(texts.begin(), texts.end());
  std::vector<std::pair<std::string, Expression>> compiled;
  for (const auto& [name, text] : sorted) {
    SYNCLINE_ASSIGN_OR_RETURN(Expression expression, Expression::Compile(text));
    compiled.emplace_back(name, std::move(expression));
  }
  return compiled;
}

absl::StatusOr<std::optional<Expression>> CompileOptional(const std::string& text) {
  if (text.empty()) return std::optional<Expression>();
  SYNCLINE_ASSIGN_OR_RETURN(Expression expression, Expression::Compile(text));
  return std::optional(std::move(expression));
}

// As vendors and `has_more && next` say that there is nothing.
bool IsNothing(const Value& value) {
  const json::Kind kind = value.kind();
  return kind == json::Kind::kNull || kind == json::Kind::kFalse ||
         (kind == json::Kind::kString && value.text().empty());
}

void Set(std::string name, std::string value, Pairs* pairs) {
  const auto known =
      std::ranges::find_if(*pairs, [&](const auto& pair) { return pair.first == name; });
  if (known == pairs->end()) {
    pairs->emplace_back(std::move(name), std::move(value));
  } else {
    known->second = std::move(value);
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<AdvancedPaginator>> AdvancedPaginator::Make(
    const v1::AdvancedPagination& spec) {
  auto paginator = std::make_unique<AdvancedPaginator>();
  for (const v1::PagingRule& from : spec.rules()) {
    Rule rule{.stops = from.stop()};
    SYNCLINE_ASSIGN_OR_RETURN(rule.when, CompileOptional(from.when()));
    SYNCLINE_ASSIGN_OR_RETURN(rule.query, CompileAll(from.add().query()));
    SYNCLINE_ASSIGN_OR_RETURN(rule.headers, CompileAll(from.add().headers()));
    SYNCLINE_ASSIGN_OR_RETURN(rule.values, CompileAll(from.add().values()));
    SYNCLINE_ASSIGN_OR_RETURN(rule.url, CompileOptional(from.add().url()));
    paginator->rules_.push_back(std::move(rule));
  }
  return paginator;
}

// Tries the rules over one answer. Keeps what expressions yield until they all were tried.
class AdvancedPaginator::Application {
 public:
  Application(const Position& position, const PageFacts& facts) : facts_(facts) {
    next_ = {.index = position.index + 1, .offset = position.offset + facts.record_count};
    facts.scope.Find("page").Find("values").ForEachMember(
        [this](std::string_view name, const Value& value) { values_.emplace(name, value); });
    OfferValues();
  }

  // Whether the next rule is to be tried.
  absl::StatusOr<bool> Try(const Rule& rule) {
    if (rule.when.has_value()) {
      SYNCLINE_ASSIGN_OR_RETURN(const Value holds, Evaluate(*rule.when));
      if (!expression::IsTruthy(holds)) return true;
    }
    if (rule.stops) {
      stopped_ = true;
      return false;
    }
    SYNCLINE_RETURN_IF_ERROR(AddTexts(rule.query, &next_.query));
    SYNCLINE_RETURN_IF_ERROR(AddTexts(rule.headers, &next_.headers));
    SYNCLINE_RETURN_IF_ERROR(AddValues(rule.values));
    if (rule.url.has_value()) SYNCLINE_RETURN_IF_ERROR(AddUrl(*rule.url));
    return true;
  }

  absl::StatusOr<std::optional<Position>> Finish() {
    if (stopped_ || !added_) return std::optional<Position>();
    SYNCLINE_RETURN_IF_ERROR(CheckHeaders());
    next_.values = WriteValues();
    std::size_t bytes = next_.values.size() + next_.next_url.size();
    for (const Pairs* const pairs : {&next_.query, &next_.headers}) {
      for (const auto& [name, value] : *pairs) bytes += name.size() + value.size();
    }
    if (bytes <= kAddedBytesMax) return std::optional(std::move(next_));
    return base::Error(base::Reason::kVendorError,
                       fmt::format("The rules of the pagination add {} bytes to the next request; "
                                   "the limit is {}.",
                                   bytes, kAddedBytesMax));
  }

 private:
  absl::StatusOr<Value> Evaluate(const Expression& expression) {
    return expression.Evaluate(scopes_.back().value(), evaluation_);
  }

  // `page.values` as the rules that follow see it. What rules yielded may refer to the scopes of
  // before, so they are kept.
  void OfferValues() {
    expression::Scope& values = scopes_.emplace_back();
    for (const auto& [name, value] : values_) values.Set(name, value);
    expression::Scope& page = scopes_.emplace_back();
    facts_.scope.Find("page").ForEachMember(
        [&](std::string_view name, const Value& value) { page.Set(name, value); });
    page.Set("values", values.value());
    expression::Scope& names = scopes_.emplace_back();
    facts_.scope.ForEachMember(
        [&](std::string_view name, const Value& value) { names.Set(name, value); });
    names.Set("page", page.value());
  }

  absl::Status AddTexts(const NamedExpressions& parts, Pairs* to) {
    for (const auto& [name, expression] : parts) {
      SYNCLINE_ASSIGN_OR_RETURN(const Value value, Evaluate(expression));
      if (IsNothing(value)) continue;
      if (value.kind() == json::Kind::kArray || value.kind() == json::Kind::kObject) {
        return base::Error(
            base::Reason::kExpressionFailed,
            fmt::format("{} (of the pagination's rules) yields neither text, nor a number, nor a "
                        "truth value.",
                        expression.text()));
      }
      std::string text;
      expression::AppendText(value, &text);
      Set(name, std::move(text), to);
      added_ = true;
    }
    return absl::OkStatus();
  }

  absl::Status AddValues(const NamedExpressions& parts) {
    std::vector<std::pair<std::string_view, Value>> fresh;
    for (const auto& [name, expression] : parts) {
      SYNCLINE_ASSIGN_OR_RETURN(const Value value, Evaluate(expression));
      if (!value.is_null()) fresh.emplace_back(name, value);
    }
    if (fresh.empty()) return absl::OkStatus();
    for (const auto& [name, value] : fresh) values_.insert_or_assign(std::string(name), value);
    added_ = true;
    OfferValues();
    return absl::OkStatus();
  }

  absl::Status AddUrl(const Expression& expression) {
    SYNCLINE_ASSIGN_OR_RETURN(const Value url, Evaluate(expression));
    if (IsNothing(url)) return absl::OkStatus();
    if (url.kind() != json::Kind::kString) {
      return base::Error(
          base::Reason::kExpressionFailed,
          fmt::format("The expression for the next page ({}) yields neither text nor null.",
                      expression.text()));
    }
    SYNCLINE_ASSIGN_OR_RETURN(next_.next_url, facts_.resolve(url.text()));
    added_ = true;
    return absl::OkStatus();
  }

  absl::Status CheckHeaders() const {
    for (const auto& [name, value] : next_.headers) {
      if (http::IsHeaderValue(value)) continue;
      return base::Error(base::Reason::kVendorError,
                         fmt::format("The vendor's value for the header '{}' of the next request "
                                     "holds a control character.",
                                     name));
    }
    return absl::OkStatus();
  }

  std::string WriteValues() const {
    if (values_.empty()) return "";
    std::string text = "{";
    for (const auto& [name, value] : values_) {
      if (text.size() > 1) text += ",";
      json::AppendJsonString(name, &text);
      text += ":";
      expression::AppendJson(value, &text);
    }
    return text + "}";
  }

  const PageFacts& facts_;
  expression::Evaluation evaluation_;
  std::map<std::string, Value> values_;
  std::deque<expression::Scope> scopes_;  // the last one holds
  Position next_;
  bool added_ = false;
  bool stopped_ = false;
};

PageRequest AdvancedPaginator::RequestFor(const Position& position) const {
  return {.next_url = position.next_url,
          .query = position.query,
          .headers = position.headers,
          .scope = {.index = position.index,
                    .number = position.index + 1,
                    .offset = position.offset,
                    .values = position.values}};
}

absl::StatusOr<std::optional<Position>> AdvancedPaginator::Next(const Position& position,
                                                                const PageFacts& facts) const {
  Application application(position, facts);
  for (const Rule& rule : rules_) {
    SYNCLINE_ASSIGN_OR_RETURN(const bool goes_on, application.Try(rule));
    if (!goes_on) break;
  }
  return application.Finish();
}

}  // namespace syncline::paging
