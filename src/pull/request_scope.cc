#include "pull/request_scope.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>

namespace syncline::pull {

using expression::Value;

PageValue::PageValue(const paging::PageScope& page)
    : index_(std::to_string(page.index)),
      number_(std::to_string(page.number)),
      offset_(std::to_string(page.offset)),
      size_(std::to_string(page.size)),
      cursor_(page.cursor.text) {
  members_.Set("index", Value::Number(index_));
  members_.Set("number", Value::Number(number_));
  members_.Set("offset", Value::Number(offset_));
  members_.Set("size", Value::Number(size_));
  if (!page.cursor.empty()) {
    members_.Set("cursor", page.cursor.is_number ? Value::Number(cursor_) : Value::String(cursor_));
  }
  if (page.values.empty()) return;
  // Written by the paginator: it parses.
  auto values = json::Document::Parse(page.values);
  if (!values.ok()) return;
  values_ = *std::move(values);
  members_.Set("values", Value(values_->root()));
}

RunScope::RunScope(const std::map<std::string, std::string>& vars, base::Time run_start)
    : run_start_(run_start),
      start_time_(fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                              fmt::gmtime(std::chrono::system_clock::to_time_t(run_start)))) {
  for (const auto& [name, text] : vars) vars_.Set(name, Value::String(text));
  run_.Set("start_time", Value::String(start_time_));
  names_.Set("vars", vars_.value());
  names_.Set("run", run_.value());
}

RequestScope::RequestScope(const expression::Scope& place, const paging::PageScope& page)
    : page_(page), names_(place) {
  names_.Set("page", page_.value());
}

}  // namespace syncline::pull
