#include "pull/check_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "expression/expression.h"
#include "expression/plain_path.h"
#include "reshape/record_steps.h"

namespace syncline::pull {
namespace {

using Texts = std::vector<std::pair<std::string, std::string>>;  // field, expression

constexpr std::array<std::string_view, 2> kForgotten = {"response", "last_record"};

std::string_view RecordsOf(const List::Definition& definition) {
  return definition.records.empty() ? "@" : std::string_view(definition.records);
}

void AddRules(const v1::AdvancedPagination& advanced, Texts* texts) {
  for (int i = 0; i < advanced.rules_size(); ++i) {
    const v1::PagingRule& rule = advanced.rules(i);
    const std::string place = fmt::format("pagination.advanced.rules[{}]", i);
    texts->emplace_back(place + ".when", rule.when());
    texts->emplace_back(place + ".add.url", rule.add().url());
    for (const auto* values : {&rule.add().query(), &rule.add().headers(), &rule.add().values()}) {
      for (const auto& [name, text] : *values) texts->emplace_back(place + ".add", text);
    }
  }
}

Texts ExpressionsOf(const v1::Pagination& pagination) {
  Texts texts = {
      {"pagination.total", pagination.total()},
      {"pagination.hasMore", pagination.has_more()},
      {"pagination.limitPage.pageCount", pagination.limit_page().page_count()},
      {"pagination.cursor.nextUrl", pagination.cursor().next_url()},
      {"pagination.cursor.token.from", pagination.cursor().token().from()},
  };
  AddRules(pagination.advanced(), &texts);
  return texts;
}

void CheckPaging(const v1::Pagination& pagination, base::FieldViolations* violations) {
  for (const auto& [field, text] : ExpressionsOf(pagination)) {
    const auto compiled = expression::Expression::Compile(text);
    if (text.empty() || !compiled.ok()) continue;  // told where it is compiled for good
    for (const std::string& name : compiled->RootNames()) {
      if (std::ranges::find(kForgotten, name) == kForgotten.end()) continue;
      violations->Add(field, fmt::format("'{}' is not held with response.stream; `status`, "
                                         "`headers` and `links` are",
                                         name));
    }
  }
  if (pagination.has_automatic()) {
    violations->Add("pagination.automatic", "needs the whole answer; with response.stream say how");
  }
  if (pagination.parallel_page_count() > 1) {
    violations->Add("pagination.parallelPageCount",
                    "is one with response.stream: several answers would be held");
  }
}

bool CoversSuccess(const v1::ResponseRule& rule) {
  return rule.statuses().empty() ||
         std::ranges::any_of(rule.statuses(), [](int status) { return status / 100 == 2; });
}

void CheckRule(const v1::ResponseRule& rule, const std::string& place,
               base::FieldViolations* violations) {
  const auto check = [&](const auto& compiled, const char* field) {
    if (!compiled.ok()) return;  // told where it is compiled for good
    const std::vector<std::string> names = compiled->RootNames();
    if (std::ranges::find(names, "response") == names.end()) return;
    violations->Add(place + field,
                    "'response' of a success is not held with response.stream; name the statuses "
                    "of failures");
  };
  if (!rule.when().empty()) check(expression::Expression::Compile(rule.when()), ".when");
  if (!rule.wait().empty()) check(expression::Expression::Compile(rule.wait()), ".wait");
  if (!rule.message().empty()) check(expression::Template::Compile(rule.message()), ".message");
}

void CheckRules(const v1::ResponseRules& response, base::FieldViolations* violations) {
  for (int i = 0; i < response.rules_size(); ++i) {
    if (!CoversSuccess(response.rules(i))) continue;
    CheckRule(response.rules(i), fmt::format("response.rules[{}]", i), violations);
  }
}

// Everything that needs an answer whole, named as with `response.stream`.
base::FieldViolations NeedsOfWhole(const List::Definition& definition) {
  base::FieldViolations needs;
  const v1::ResponseFormat format = definition.response.format();
  const bool is_json =
      format == v1::RESPONSE_FORMAT_UNSPECIFIED || format == v1::RESPONSE_FORMAT_JSON;
  const auto path = expression::PlainPath(RecordsOf(definition));
  if (!path.has_value() || (!is_json && !path->empty())) {
    needs.Add("records", is_json ? "must be names joined by dots, or @, with response.stream"
                                 : "must be empty with response.stream: the rows are the records");
  }
  if (definition.request.has_graphql()) {
    needs.Add("request.graphql",
              "does not go with response.stream: what went wrong stands beside the records");
  }
  if (definition.export_job.has_value()) {
    needs.Add("exportJob", "does not go with response.stream: its parts are held as wholes");
  }
  if (definition.pagination.has_value()) CheckPaging(*definition.pagination, &needs);
  CheckRules(definition.response, &needs);
  return needs;
}

// Where a large answer is better held although it could be cut.
bool IsBetterHeld(const List::Definition& definition, const request::NamesInScope& names) {
  const auto steps = reshape::RecordSteps::Compile(
      definition.record_steps,
      {.names = names, .has_records_path = !definition.records.empty(), .streamed = true});
  // A list beyond the window is halved before a record of it is taken.
  const bool has_window =
      definition.pagination.has_value() && definition.pagination->result_window() > 0;
  return !definition.may_be_cut || !steps.ok() || has_window ||
         definition.response.format() == v1::RESPONSE_FORMAT_XML;
}

}  // namespace

std::optional<Cutting> CompileCutting(const List::Definition& definition,
                                      const request::NamesInScope& names,
                                      base::FieldViolations* violations) {
  const bool is_asked_for = definition.response.stream();
  if (!is_asked_for && IsBetterHeld(definition, names)) return std::nullopt;
  const base::FieldViolations needs = NeedsOfWhole(definition);
  if (!needs.empty()) {
    if (is_asked_for) violations->AddStatus("", needs.ToStatus());
    return std::nullopt;
  }
  return Cutting{.path = *expression::PlainPath(RecordsOf(definition)),
                 .held_bytes_max = is_asked_for ? 0 : Cutting::kLargeBytes};
}

}  // namespace syncline::pull
