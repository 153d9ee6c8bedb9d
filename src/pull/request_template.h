#pragma once

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "http/message.h"
#include "paging/paginator.h"
#include "request/request_template.h"
#include "request/vars.h"
#include "syncline/v1/integration.pb.h"

namespace syncline::pull {

// The request of an integration, compiled once and rendered for every page. Immutable, safe for
// concurrent use.
class RequestTemplate {
 public:
  // INVALID_ARGUMENT with every mistake; fields are those of the integration ("request.url",
  // "vars.region").
  static absl::StatusOr<RequestTemplate> Compile(const v1::Integration& integration);

  // The request for a page, not yet signed. Without a next URL, the integration's own URL with its
  // query and the page's parameters. EXPRESSION_*, TEMPLATE_VALUE_MISSING, URL_INVALID.
  absl::StatusOr<http::Request> Render(const paging::PageRequest& page, base::Time run_start) const;

 private:
  RequestTemplate(request::Vars vars, request::RequestTemplate request)
      : vars_(std::move(vars)), request_(std::move(request)) {}

  request::Vars vars_;
  request::RequestTemplate request_;
};

}  // namespace syncline::pull
