#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "expression/expression.h"
#include "http/message.h"
#include "request/query_parameters.h"
#include "request/request_body.h"
#include "request/text_templates.h"
#include "syncline/v1/request.pb.h"

namespace syncline::request {

// A request of a definition, compiled once and rendered each time it is sent. Immutable, safe for
// concurrent use.
class RequestTemplate {
 public:
  static constexpr std::size_t kUrlBytesMax = 64 << 10;  // with its query, rendered

  // Where the request stands.
  struct Place {
    NamesInScope names;
    // What its templates are rendered with when the definition is saved, so that a missing name, or
    // a URL that is none, shows then.
    expression::Value example;
    // Names of which only a run knows what they hold: what looks one of them up is not tried out.
    NamesInScope unknown = {};
    // Whether it may set the header Authorization itself: in a credential it may.
    bool may_sign_in = false;
    // False: it has no URL of its own, and is always rendered with another.
    bool has_url = true;
  };

  // INVALID_ARGUMENT with every mistake; fields are those of the request ("url", "query.since").
  static absl::StatusOr<RequestTemplate> Compile(const v1::Request& request, const Place& place);

  // The request, not yet signed. With `instead_of_url`, that URL as it is, without `query` and
  // `parameters`. EXPRESSION_*, TEMPLATE_VALUE_MISSING, URL_INVALID, INVALID_ARGUMENT (the value of
  // a header or cookie).
  absl::StatusOr<http::Request> Render(const expression::Value& scope, base::Time now,
                                       const http::Url* instead_of_url = nullptr) const;

  // Whether one of its templates looks up that name: whether `page` is in it, say.
  bool Mentions(std::string_view name) const;

 private:
  using Problems = TextTemplates::Problems;

  void CompileNamed(const v1::Request& request, const Place& place,
                    base::FieldViolations* violations);
  // Whether a problem of the trial may be one of the example alone.
  bool ShowsInRunOnly(const std::string& field, const absl::Status& problem,
                      const NamesInScope& unknown) const;
  http::Request RenderAll(const expression::Value& scope, base::Time now,
                          const http::Url* instead_of_url, Problems* problems) const;
  void RenderUrl(const expression::Value& scope, expression::Evaluation& evaluation, http::Url* url,
                 Problems* problems) const;
  void RenderHeaders(const expression::Value& scope, expression::Evaluation& evaluation,
                     http::Request* request, Problems* problems) const;

  http::Method method_ = http::Method::kGet;
  std::optional<expression::Template> url_;
  TextTemplates query_;
  QueryParameters parameters_;
  TextTemplates headers_;
  TextTemplates cookies_;
  RequestBody body_;
};

}  // namespace syncline::request
