#include "pull/list.h"

#include <utility>

#include "base/status.h"
#include "paging/make_paginator.h"

namespace syncline::pull {
namespace {

// What templates are rendered with when a definition is saved.
constexpr paging::PageScope kExamplePage{.index = 0, .number = 1, .offset = 0, .size = 100};

}  // namespace

absl::StatusOr<std::shared_ptr<const List>> List::Compile(const Definition& definition,
                                                          const ListPlace& place) {
  base::FieldViolations violations;
  request::NamesInScope names = place.names;
  names.emplace_back("page");
  const RequestScope example(place.example, kExamplePage);
  absl::StatusOr<request::RequestTemplate> request = request::RequestTemplate::Compile(
      definition.request,
      {.names = std::move(names), .example = example.value(), .unknown = place.unknown});
  violations.AddStatus("request", request.status());
  v1::Pagination pagination;
  pagination.mutable_none();
  if (definition.pagination.has_value()) pagination = *definition.pagination;
  violations.AddStatus("pagination", paging::ValidatePagination(pagination));
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
  SYNCLINE_RETURN_IF_ERROR(violations.ToStatus());
  return std::shared_ptr<const List>(new List(*std::move(request), std::move(pagination),
                                              *std::move(records), *std::move(rules),
                                              *std::move(steps)));
}

absl::StatusOr<paging::Walk> List::MakeWalk() const { return paging::Walk::Make(pagination_); }

absl::StatusOr<http::Request> List::RequestFor(const paging::PageRequest& page,
                                               const expression::Scope& names,
                                               base::Time now) const {
  const RequestScope scope(names, page.scope);
  if (!page.next_url.empty()) {
    SYNCLINE_ASSIGN_OR_RETURN(const http::Url next, http::Url::Parse(page.next_url));
    return request_.Render(scope.value(), now, &next);
  }
  SYNCLINE_ASSIGN_OR_RETURN(http::Request request, request_.Render(scope.value(), now));
  for (const auto& [name, value] : page.query) {
    http::SetQueryParameter(&request.url, name, value);
  }
  return request;
}

}  // namespace syncline::pull
