#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/clock.h"
#include "expression/expression.h"
#include "json/document.h"
#include "paging/paginator.h"

namespace syncline::pull {

// `page` as an expression sees it: index, number, offset, size, and, once an answer gave them,
// cursor and values. Stays where it is.
class PageValue {
 public:
  explicit PageValue(const paging::PageScope& page);
  PageValue(const PageValue&) = delete;
  PageValue& operator=(const PageValue&) = delete;
  expression::Value value() const { return members_.value(); }

 private:
  std::string index_;
  std::string number_;
  std::string offset_;
  std::string size_;
  std::string cursor_;
  std::shared_ptr<const json::Document> values_;
  expression::Scope members_;
};

// The names that everything in a run sees, wherever it stands: `vars`, `run`. Stays where it is;
// safe for concurrent use.
class RunScope {
 public:
  // `vars` must outlive the scope.
  RunScope(const std::map<std::string, std::string>& vars, base::Time run_start);
  RunScope(const RunScope&) = delete;
  RunScope& operator=(const RunScope&) = delete;
  // For a place to add its own names to; valid as long as this.
  const expression::Scope& names() const { return names_; }
  base::Time run_start() const { return run_start_; }

 private:
  const base::Time run_start_;
  const std::string start_time_;
  expression::Scope vars_;
  expression::Scope run_;
  expression::Scope names_;
};

// The names that templates of a request see: those of its place, and `page`. Stays where it is.
class RequestScope {
 public:
  // What `place` refers to must outlive the scope.
  RequestScope(const expression::Scope& place, const paging::PageScope& page);
  RequestScope(const RequestScope&) = delete;
  RequestScope& operator=(const RequestScope&) = delete;
  expression::Value value() const { return names_.value(); }

 private:
  const PageValue page_;
  expression::Scope names_;
};

}  // namespace syncline::pull
