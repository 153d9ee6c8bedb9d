#include "request/query_parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace syncline::request {
namespace {

using expression::Value;
using v1::Parameter;

// Characters that RFC 3986 leaves to a query and that no reader of one takes for its structure.
constexpr std::string_view kMayBeUnescaped = "!$'()*,/:;?@[]";

std::string Encode(std::string_view text, std::string_view unescaped) {
  std::string encoded;
  encoded.reserve(text.size());
  for (const char& c : text) {
    if (unescaped.find(c) != std::string_view::npos) {
      encoded.push_back(c);
    } else {
      encoded += http::PercentEncode({&c, 1});
    }
  }
  return encoded;
}

// What stands between the elements of a list in one parameter; "" = a parameter for each.
std::string_view SeparatorOf(Parameter::ListStyle style) {
  switch (style) {
    case Parameter::LIST_STYLE_COMMA: return ",";
    case Parameter::LIST_STYLE_SPACE: return "%20";
    case Parameter::LIST_STYLE_PIPE: return "%7C";
    default: return "";
  }
}

void CheckParameter(const Parameter& spec, const std::string& field,
                    base::FieldViolations* violations) {
  if (std::string mistake = ParameterNameMistake(spec.name()); !mistake.empty()) {
    violations->Add(field + ".name", std::move(mistake));
  }
  if (spec.source_case() == Parameter::SOURCE_NOT_SET) {
    violations->Add(field, "set value or list");
  }
  if (!Parameter::ListStyle_IsValid(spec.list_style())) {
    violations->Add(field + ".listStyle",
                    "must be one of LIST_STYLE_REPEATED, LIST_STYLE_COMMA, LIST_STYLE_SPACE, "
                    "LIST_STYLE_PIPE, LIST_STYLE_BRACKETS");
  } else if (spec.list_style() != Parameter::LIST_STYLE_UNSPECIFIED && !spec.has_list()) {
    violations->Add(field + ".listStyle", "goes with list");
  }
  if (spec.unescaped().find_first_not_of(kMayBeUnescaped) != std::string::npos) {
    violations->Add(field + ".unescaped",
                    fmt::format("may hold only characters of {}", kMayBeUnescaped));
  }
}

bool IsScalar(json::Kind kind) { return kind != json::Kind::kArray && kind != json::Kind::kObject; }

bool IsEmptyText(const Value& value) {
  return value.is_null() || (value.kind() == json::Kind::kString && value.text().empty());
}

absl::Status NotAList(const expression::Expression& list, std::string_view what) {
  return base::Error(base::Reason::kExpressionFailed, fmt::format("{} {}", list.text(), what));
}

}  // namespace

QueryParameters QueryParameters::Compile(const Specs& specs, const NamesInScope& names,
                                         base::FieldViolations* violations) {
  CheckCount(static_cast<std::size_t>(specs.size()), kPartsMax, "parameters", violations);
  QueryParameters compiled;
  for (int i = 0; i < specs.size(); ++i) {
    const Parameter& spec = specs[i];
    Part part{.name = Encode(spec.name(), spec.unescaped()),
              .field = fmt::format("parameters[{}]", i),
              .style = spec.list_style(),
              .omit_if_empty = spec.omit_if_empty(),
              .unescaped = spec.unescaped()};
    CheckParameter(spec, part.field, violations);
    if (part.style == Parameter::LIST_STYLE_BRACKETS) part.name += Encode("[]", spec.unescaped());
    if (spec.has_value()) {
      part.value = CompileTemplate(spec.value(), part.field + ".value", names, violations);
    } else if (spec.has_list()) {
      auto list = expression::Expression::Compile(spec.list());
      if (list.ok()) {
        CheckNames(list->RootPaths(), part.field + ".list", names, violations);
        part.list = *std::move(list);
      } else {
        violations->Add(part.field + ".list", base::MessageOf(list.status()));
      }
    }
    part.field += spec.has_value() ? ".value" : ".list";
    compiled.parts_.push_back(std::move(part));
  }
  return compiled;
}

absl::StatusOr<std::string> QueryParameters::RenderValue(const Part& part, const Value& scope,
                                                         expression::Evaluation& evaluation) {
  const auto text = part.value->Render(scope, evaluation, expression::Template::Null::kFails);
  if (part.omit_if_empty && (text.ok() ? text->empty() : IsMissing(text.status()))) return "";
  SYNCLINE_RETURN_IF_ERROR(text.status());
  return part.name + "=" + Encode(*text, part.unescaped);
}

absl::StatusOr<std::string> QueryParameters::RenderList(const Part& part, const Value& scope,
                                                        expression::Evaluation& evaluation) {
  SYNCLINE_ASSIGN_OR_RETURN(const Value list, part.list->Evaluate(scope, evaluation));
  if (list.is_null() && part.omit_if_empty) return std::string();
  if (list.is_null()) {
    return base::Error(base::Reason::kTemplateValueMissing,
                       fmt::format("{{{{{}}}}} has no value.", part.list->text()),
                       {{"expression", part.list->text()}});
  }
  if (list.kind() != json::Kind::kArray) {
    return NotAList(*part.list, "yields no list; split(…, ',') makes one of a text.");
  }
  if (list.size() > kListMax) {
    return NotAList(*part.list,
                    fmt::format("yields {} elements; the limit is {}.", list.size(), kListMax));
  }
  const std::string_view separator = SeparatorOf(part.style);
  std::string text;
  bool scalars = true;
  list.ForEachElement([&](const Value& element) {
    if (part.omit_if_empty && IsEmptyText(element)) return;
    scalars = scalars && IsScalar(element.kind()) && !element.is_null();
    if (!text.empty()) text += separator.empty() ? "&" : separator;
    if (text.empty() || separator.empty()) text += part.name + "=";
    std::string plain;
    expression::AppendText(element, &plain);
    text += Encode(plain, part.unescaped);
  });
  if (scalars) return text;
  return NotAList(*part.list,
                  "yields a list that holds more than texts, numbers and truth values.");
}

bool QueryParameters::Mentions(std::string_view name) const {
  return std::any_of(parts_.begin(), parts_.end(), [&](const Part& part) {
    return (part.value.has_value() && Holds(part.value->RootNames(), name)) ||
           (part.list.has_value() && Holds(part.list->RootNames(), name));
  });
}

void QueryParameters::Render(const Value& scope, expression::Evaluation& evaluation, http::Url* url,
                             TextTemplates::Problems* problems) const {
  for (const Part& part : parts_) {
    const auto text = part.value.has_value() ? RenderValue(part, scope, evaluation)
                                             : RenderList(part, scope, evaluation);
    if (!text.ok()) {
      problems->emplace_back(part.field, text.status());
    } else if (!text->empty()) {
      if (!url->query.empty()) url->query += '&';
      url->query += *text;
    }
  }
}

}  // namespace syncline::request
