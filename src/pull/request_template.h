#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/status.h"
#include "expression/expression.h"
#include "http/message.h"
#include "paging/paginator.h"
#include "pull/body_template.h"
#include "syncline/v1/integration.pb.h"

namespace syncline::pull {

// The request of an integration, compiled once and rendered for every page. Immutable, safe for
// concurrent use.
class RequestTemplate {
 public:
  static constexpr int kPartsMax = 64;  // query parameters, headers, vars
  static constexpr std::size_t kNameBytesMax = 255;
  static constexpr std::size_t kVarBytesMax = 8192;

  // INVALID_ARGUMENT with every mistake; fields are those of the integration ("request.url",
  // "vars.region"). Each template is also rendered once with example values, so that a missing
  // name, or a URL that is none, shows when the definition is saved.
  static absl::StatusOr<RequestTemplate> Compile(const v1::Integration& integration);

  // The request for a page, not yet signed. Without a next URL, the integration's own URL with its
  // query and the page's parameters. EXPRESSION_*, TEMPLATE_VALUE_MISSING, URL_INVALID.
  absl::StatusOr<http::Request> Render(const paging::PageRequest& page, base::Time run_start) const;

 private:
  using Parts = std::vector<std::pair<std::string, expression::Template>>;
  // What went wrong, and at which field.
  using Problems = std::vector<std::pair<std::string, absl::Status>>;

  void CompileRequest(const v1::Request& request, base::FieldViolations* violations);
  void CompileVars(const v1::Integration& integration, base::FieldViolations* violations);
  http::Request RenderAll(const paging::PageRequest& page, base::Time run_start,
                          Problems* problems) const;
  void RenderUrl(const paging::PageRequest& page, const expression::Value& scope,
                 expression::Evaluation& evaluation, http::Url* url, Problems* problems) const;

  http::Method method_ = http::Method::kGet;
  std::optional<expression::Template> url_;
  Parts query_;
  Parts headers_;
  std::optional<BodyTemplate> body_;
  std::map<std::string, std::string> vars_;
};

}  // namespace syncline::pull
