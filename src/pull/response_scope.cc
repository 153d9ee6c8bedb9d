#include "pull/response_scope.h"

#include <algorithm>

#include "pull/link_header.h"

namespace syncline::pull {

using expression::Value;

void ResponseScope::SetHeaders(const http::Headers& headers) {
  for (const auto& [name, value] : headers.all()) {
    std::string key = http::ToLowerCase(name);
    const auto known = std::find_if(header_texts_.begin(), header_texts_.end(),
                                    [&](const auto& header) { return header.first == key; });
    if (known != header_texts_.end()) {
      known->second += ", " + value;
    } else {
      header_texts_.emplace_back(std::move(key), value);
    }
  }
  for (const auto& [name, value] : header_texts_) {
    headers_.Set(name, Value::String(value));
    if (name == "link") link_texts_ = ParseLinkHeader(value);
  }
  for (const auto& [relation, target] : link_texts_) links_.Set(relation, Value::String(target));
}

ResponseScope::ResponseScope(const expression::Scope& place, const http::Headers& headers,
                             int status, const Value& body, const Value& records,
                             const paging::PageScope& page)
    : status_(std::to_string(status)), page_(page), names_(place) {
  SetHeaders(headers);
  names_.Set("response", body);
  names_.Set("headers", headers_.value());
  names_.Set("links", links_.value());
  names_.Set("status", Value::Number(status_));
  names_.Set("last_record", records.ElementAt(-1));
  names_.Set("page", page_.value());
}

}  // namespace syncline::pull
