#include "pull/list.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "base/status.h"
#include "paging/make_paginator.h"
#include "pull/check_stream.h"
#include "pull/export_job_plan.h"

namespace syncline::pull {
namespace {

// Headers that rules set go to the vendor as those of the request do.
void CheckRuleHeaders(const v1::AdvancedPagination& advanced, base::FieldViolations* violations) {
  for (int i = 0; i < advanced.rules_size(); ++i) {
    for (const auto& [name, text] : request::Sorted(advanced.rules(i).add().headers())) {
      std::string mistake = request::UnsignedHeaderNameMistake(name);
      if (mistake.empty() || !http::IsHeaderName(name)) continue;  // the latter was said already
      violations->Add(fmt::format("pagination.advanced.rules[{}].add.headers.{}", i, name),
                      std::move(mistake));
    }
  }
}

// Where the next page would be asked for as this one was: what tells them apart is sent nowhere.
std::string UnsentCounter(const v1::Pagination& pagination) {
  const v1::LimitOffsetPagination& offset = pagination.limit_offset();
  const v1::LimitPagePagination& page = pagination.limit_page();
  if (offset.has_offset_parameter() && offset.offset_parameter().empty()) {
    return "limitOffset.offsetParameter";
  }
  if (page.has_page_parameter() && page.page_parameter().empty()) return "limitPage.pageParameter";
  const v1::CursorPagination& cursor = pagination.cursor();
  return cursor.has_token() && cursor.token().query_parameter().empty()
             ? "cursor.token.queryParameter"
             : "";
}

}  // namespace

absl::StatusOr<std::shared_ptr<const List>> List::Compile(const Definition& definition,
                                                          const ListPlace& outer) {
  base::FieldViolations violations;
  ListPlace place = outer;
  std::shared_ptr<const ExportJobPlan> export_job;
  if (definition.export_job.has_value()) {
    auto plan = ExportJobPlan::Compile(*definition.export_job, outer);
    violations.AddStatus("exportJob", plan.status());
    if (plan.ok()) export_job = *std::move(plan);
    for (const std::string_view name : NamesOfExport(*definition.export_job)) {
      place.names.push_back(name);
      place.unknown.push_back(name);
    }
  }
  v1::Pagination pagination;
  pagination.mutable_none();
  if (definition.pagination.has_value()) pagination = *definition.pagination;
  const auto compiled = paging::CompiledPagination::Compile(pagination);
  request::NamesInScope names = place.names;
  names.emplace_back("page");
  // The first request as it will be, so that what has no value then shows when it is saved.
  const RequestScope example(
      place.example, compiled.ok() ? paging::Walk(*compiled).request().scope : paging::PageScope());
  const bool has_url =
      !definition.export_job.has_value() || definition.export_job->download_urls().empty();
  if (!has_url) CheckDownload(definition.request, &violations);
  absl::StatusOr<request::RequestTemplate> request =
      request::RequestTemplate::Compile(definition.request, {.names = std::move(names),
                                                             .example = example.value(),
                                                             .unknown = place.unknown,
                                                             .has_url = has_url});
  violations.AddStatus("request", request.status());
  violations.AddStatus("pagination", paging::ValidatePagination(pagination, place.names));
  CheckRuleHeaders(pagination.advanced(), &violations);
  const std::string unsent = UnsentCounter(pagination);
  if (request.ok() && !unsent.empty() && !request->Mentions("page")) {
    violations.Add("pagination." + unsent,
                   "is empty, and no template of the request uses {{page.…}}: every page would be "
                   "asked for in the same way");
  }
  absl::StatusOr<expression::Expression> records =
      expression::Expression::Compile(definition.records.empty() ? "@" : definition.records);
  if (!records.ok()) violations.Add("records", base::MessageOf(records.status()));
  auto rules = AnswerRules::Compile(definition.response, definition.request.has_graphql());
  violations.AddStatus("response", rules.status());
  auto steps = reshape::RecordSteps::Compile(definition.record_steps,
                                             {.names = place.names,
                                              .has_records_path = !definition.records.empty(),
                                              .streamed = definition.response.stream()});
  violations.AddStatus("recordSteps", steps.status());
  std::optional<Cutting> cutting = CompileCutting(definition, place.names, &violations);
  SYNCLINE_RETURN_IF_ERROR(violations.ToStatus());
  return std::shared_ptr<const List>(new List(*std::move(request), *compiled, *std::move(records),
                                              *std::move(rules), *std::move(steps),
                                              std::move(export_job), std::move(cutting)));
}

absl::StatusOr<http::Request> List::RequestFor(const paging::PageRequest& page,
                                               const expression::Scope& names, base::Time now,
                                               std::string_view part_url) const {
  const RequestScope scope(names, page.scope);
  std::optional<http::Url> next;
  const std::string_view url = page.next_url.empty() ? part_url : page.next_url;
  if (!url.empty()) {
    SYNCLINE_ASSIGN_OR_RETURN(next, http::Url::Parse(url));
  }
  SYNCLINE_ASSIGN_OR_RETURN(
      http::Request request,
      request_.Render(scope.value(), now, next.has_value() ? &*next : nullptr));
  for (const auto& [name, value] : page.query) {
    http::SetQueryParameter(&request.url, name, value);
  }
  for (const auto& [name, value] : page.headers) request.headers.Set(name, value);
  return request;
}

}  // namespace syncline::pull
