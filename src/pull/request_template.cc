#include "pull/request_template.h"

#include <optional>

#include "base/status.h"
#include "pull/request_scope.h"

namespace syncline::pull {
namespace {

// What templates are rendered with when a definition is saved.
constexpr paging::PageScope kExamplePage{.index = 0, .number = 1, .offset = 0, .size = 100};
constexpr base::Time kExampleStart{std::chrono::hours(24)};

}  // namespace

absl::StatusOr<RequestTemplate> RequestTemplate::Compile(const v1::Integration& integration) {
  request::Vars vars = request::Sorted(integration.vars());
  base::FieldViolations violations;
  request::CheckVars(vars, &violations);
  const RequestScope example(vars, kExamplePage, kExampleStart);
  absl::StatusOr<request::RequestTemplate> compiled = request::RequestTemplate::Compile(
      integration.request(), {.names = {"vars", "page", "run"}, .example = example.value()});
  violations.AddStatus("request", compiled.status());
  SYNCLINE_RETURN_IF_ERROR(violations.ToStatus());
  return RequestTemplate(std::move(vars), *std::move(compiled));
}

absl::StatusOr<http::Request> RequestTemplate::Render(const paging::PageRequest& page,
                                                      base::Time run_start) const {
  const RequestScope scope(vars_, page.scope, run_start);
  if (!page.next_url.empty()) {
    SYNCLINE_ASSIGN_OR_RETURN(const http::Url next, http::Url::Parse(page.next_url));
    return request_.Render(scope.value(), run_start, &next);
  }
  SYNCLINE_ASSIGN_OR_RETURN(http::Request request, request_.Render(scope.value(), run_start));
  for (const auto& [name, value] : page.query) {
    http::SetQueryParameter(&request.url, name, value);
  }
  return request;
}

}  // namespace syncline::pull
