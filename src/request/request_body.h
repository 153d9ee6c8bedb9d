#pragma once

#include <optional>
#include <string>

#include "base/status.h"
#include "expression/expression.h"
#include "http/message.h"
#include "request/body_template.h"
#include "request/text_templates.h"
#include "syncline/v1/request.pb.h"

namespace syncline::request {

// The body of a request, whichever of its kinds it is: JSON, a form, plain text or GraphQL; or
// none. Immutable, safe for concurrent use.
class RequestBody {
 public:
  static constexpr std::size_t kGraphqlBytesMax = 64 << 10;  // of a query

  // Every mistake becomes a violation of "body", "form", "text" or "graphql" or below; so do two of
  // them beside each other, and any with `method` GET.
  static RequestBody Compile(const v1::Request& request, http::Method method,
                             const NamesInScope& names, base::FieldViolations* violations);

  // Sets body and Content-Type; nothing without a body.
  void Render(const expression::Value& scope, expression::Evaluation& evaluation,
              http::Request* request, TextTemplates::Problems* problems) const;

  // Whether a template in it looks up that name.
  bool Mentions(std::string_view name) const;

 private:
  void CompileJson(const v1::Request& request, const NamesInScope& names,
                   base::FieldViolations* violations);
  void CompileText(const v1::TextBody& text, const NamesInScope& names,
                   base::FieldViolations* violations);
  void CompileGraphql(const v1::Request& request, const NamesInScope& names,
                      base::FieldViolations* violations);

  std::string content_type_;  // "" = no body
  std::string field_;         // where problems are shown
  TextTemplates form_;
  std::optional<expression::Template> text_;
  std::optional<BodyTemplate> json_;
  // What stands around json_: the query of GraphQL around its variables.
  std::string before_;
  std::string after_;
};

}  // namespace syncline::request
