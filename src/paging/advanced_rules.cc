#include "paging/advanced_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "http/message.h"
#include "paging/advanced_paginator.h"

namespace syncline::paging {
namespace {

using Texts = google::protobuf::Map<std::string, std::string>;

bool IsValueName(std::string_view name) {
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  return !name.empty() && name.size() <= PaginationCheck::kNameBytesMax && is_letter(name[0]) &&
         std::ranges::all_of(
             name, [&](char c) { return is_letter(c) || c == '_' || (c >= '0' && c <= '9'); });
}

bool IsParameterName(std::string_view name) {
  return !name.empty() && name.size() <= PaginationCheck::kNameBytesMax;
}

bool IsHeader(std::string_view name) {
  return http::IsHeaderName(name) && name.size() <= PaginationCheck::kNameBytesMax;
}

void CheckParts(const Texts& parts, const std::string& field, bool (*is_name)(std::string_view),
                const char* what, PaginationCheck* check) {
  for (const auto& [name, text] : std::map<std::string, std::string>(parts.begin(), parts.end())) {
    const std::string place = fmt::format("{}.{}", field, name);
    if (!is_name(name)) check->Add(place, what);
    check->Expression(text, place);
  }
}

void CheckAdd(const v1::NextRequest& add, const std::string& field, PaginationCheck* check) {
  CheckParts(add.query(), field + ".query", &IsParameterName,
             "is the name of a parameter, 1 to 255 bytes", check);
  CheckParts(add.headers(), field + ".headers", &IsHeader,
             "is no header name (RFC 9110 5.6.2), e.g. \"X-Cursor\"", check);
  CheckParts(add.values(), field + ".values", &IsValueName, "must be named by [a-z][a-z0-9_]*",
             check);
  check->OptionalExpression(add.url(), field + ".url");
  if (add.query().empty() && add.headers().empty() && add.values().empty() && add.url().empty()) {
    check->Add(field, "adds nothing: set query, headers, values or url");
  }
}

std::size_t PartsOf(const v1::NextRequest& add) {
  return add.query().size() + add.headers().size() + add.values().size() +
         (add.url().empty() ? 0 : 1);
}

}  // namespace

void CheckAdvanced(const v1::AdvancedPagination& spec, PaginationCheck* check) {
  if (spec.rules().empty() || spec.rules_size() > AdvancedPaginator::kRulesMax) {
    check->Add("advanced.rules", fmt::format("has {} entries; 1 to {} are allowed",
                                             spec.rules_size(), AdvancedPaginator::kRulesMax));
  }
  std::size_t parts = 0;
  for (int i = 0; i < std::min(spec.rules_size(), AdvancedPaginator::kRulesMax); ++i) {
    const v1::PagingRule& rule = spec.rules(i);
    const std::string field = fmt::format("advanced.rules[{}]", i);
    check->OptionalExpression(rule.when(), field + ".when");
    switch (rule.action_case()) {
      case v1::PagingRule::kStop:
        if (!rule.stop()) check->Add(field + ".stop", "is false: set it to true, or set add");
        break;
      case v1::PagingRule::kAdd:
        parts += PartsOf(rule.add());
        CheckAdd(rule.add(), field + ".add", check);
        break;
      case v1::PagingRule::ACTION_NOT_SET: check->Add(field, "set stop or add"); break;
    }
  }
  if (parts > AdvancedPaginator::kPartsMax) {
    check->Add("advanced.rules", fmt::format("add {} things; at most {} are allowed", parts,
                                             AdvancedPaginator::kPartsMax));
  }
}

}  // namespace syncline::paging
