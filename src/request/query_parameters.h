#pragma once

#include <google/protobuf/repeated_ptr_field.h>

#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "expression/expression.h"
#include "http/message.h"
#include "request/text_templates.h"
#include "syncline/v1/request.pb.h"

namespace syncline::request {

// Query parameters whose order, lists and encoding are the definition's. Immutable, safe for
// concurrent use.
class QueryParameters {
 public:
  using Specs = google::protobuf::RepeatedPtrField<v1::Parameter>;
  static constexpr std::uint32_t kListMax = 1'000;

  // Every mistake becomes a violation of "parameters[i].…".
  static QueryParameters Compile(const Specs& specs, const NamesInScope& names,
                                 base::FieldViolations* violations);

  // Puts them behind what the URL's query holds. What could not be rendered is in `problems`:
  // EXPRESSION_* (also for a list that is none), TEMPLATE_VALUE_MISSING.
  void Render(const expression::Value& scope, expression::Evaluation& evaluation, http::Url* url,
              TextTemplates::Problems* problems) const;
  // Whether one of them looks up that name.
  bool Mentions(std::string_view name) const;

 private:
  struct Part {
    std::string name;  // encoded
    std::string field;
    std::optional<expression::Template> value;   // one of the two
    std::optional<expression::Expression> list;  // is set
    v1::Parameter::ListStyle style = v1::Parameter::LIST_STYLE_REPEATED;
    bool omit_if_empty = false;
    std::string unescaped;
  };
  static absl::StatusOr<std::string> RenderValue(const Part& part, const expression::Value& scope,
                                                 expression::Evaluation& evaluation);
  static absl::StatusOr<std::string> RenderList(const Part& part, const expression::Value& scope,
                                                expression::Evaluation& evaluation);

  std::vector<Part> parts_;
};

}  // namespace syncline::request
