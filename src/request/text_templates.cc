#include "request/text_templates.h"

#include <fmt/format.h>

#include <algorithm>

#include "expression/named_scope.h"
#include "http/message.h"

namespace syncline::request {

using expression::Template;

void CheckNames(const std::vector<std::string>& roots, const std::string& field,
                const NamesInScope& names, base::FieldViolations* violations) {
  for (const std::string& root : roots) {
    const std::string_view missing = expression::MissingName(root, names);
    if (missing.empty()) continue;
    violations->Add(field, expression::NoNameHere(missing, names));
  }
}

std::optional<Template> CompileTemplate(const std::string& text, const std::string& field,
                                        const NamesInScope& names,
                                        base::FieldViolations* violations) {
  auto compiled = Template::Compile(text);
  if (!compiled.ok()) {
    violations->Add(field, base::MessageOf(compiled.status()));
    return std::nullopt;
  }
  CheckNames(compiled->RootPaths(), field, names, violations);
  return *std::move(compiled);
}

bool Holds(const std::vector<std::string>& roots, std::string_view name) {
  return std::binary_search(roots.begin(), roots.end(), name);
}

bool TextTemplates::Mentions(std::string_view name) const {
  return std::any_of(parts_.begin(), parts_.end(),
                     [&](const auto& part) { return Holds(part.second.RootNames(), name); });
}

bool IsMissing(const absl::Status& status) {
  return !status.ok() && base::ReasonOf(status) == base::Reason::kTemplateValueMissing;
}

TextTemplates TextTemplates::Compile(const Vars& texts, std::string field,
                                     const NamesInScope& names, NameRule name_rule,
                                     base::FieldViolations* violations) {
  CheckCount(texts.size(), kPartsMax, field, violations);
  TextTemplates compiled;
  compiled.field_ = std::move(field);
  for (const auto& [name, text] : texts) {
    const std::string place = fmt::format("{}.{}", compiled.field_, name);
    if (std::string mistake = name_rule(name); !mistake.empty()) {
      violations->Add(place, std::move(mistake));
    }
    auto part = CompileTemplate(text, place, names, violations);
    if (part.has_value()) compiled.parts_.emplace_back(name, *std::move(part));
  }
  return compiled;
}

TextTemplates::Rendered TextTemplates::Render(const expression::Value& scope,
                                              expression::Evaluation& evaluation,
                                              Problems* problems) const {
  Rendered rendered;
  rendered.reserve(parts_.size());
  for (const auto& [name, part] : parts_) {
    const bool may_be_left_out = leaves_out_empty_ && !part.is_constant();
    auto text = part.Render(scope, evaluation, Template::Null::kFails);
    if (may_be_left_out && (text.ok() ? text->empty() : IsMissing(text.status()))) continue;
    if (text.ok()) {
      rendered.emplace_back(name, *std::move(text));
    } else {
      problems->emplace_back(fmt::format("{}.{}", field_, name), text.status());
    }
  }
  return rendered;
}

std::string ParameterNameMistake(std::string_view name) {
  if (!name.empty() && name.size() <= kNameBytesMax) return "";
  return "is the name of a parameter, 1 to 255 bytes";
}

std::string HeaderNameMistake(std::string_view name) {
  if (!http::IsHeaderName(name) || name.size() > kNameBytesMax) {
    return "is no header name (RFC 9110 5.6.2), e.g. \"X-Region\"";
  }
  for (const std::string_view own : {"host", "content-length", "transfer-encoding", "connection",
                                     "accept-encoding", "te", "upgrade", "expect"}) {
    if (http::EqualsIgnoringCase(name, own)) return "is set by Syncline itself";
  }
  return "";
}

std::string CookieNameMistake(std::string_view name) {
  if (http::IsHeaderName(name) && name.size() <= kNameBytesMax) return "";
  return "is no cookie name (RFC 6265 4.1.1)";
}

std::string UnsignedHeaderNameMistake(std::string_view name) {
  for (const std::string_view sign_in : {"authorization", "proxy-authorization"}) {
    if (http::EqualsIgnoringCase(name, sign_in)) return "sign-in belongs into a credential";
  }
  return HeaderNameMistake(name);
}

}  // namespace syncline::request
