#pragma once

#include <map>
#include <string>

#include "base/clock.h"
#include "expression/expression.h"
#include "paging/paginator.h"

namespace syncline::pull {

// `page` as an expression sees it: the numbers' text, and the object over it. Stays where it is.
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
  expression::Scope members_;
};

// The names that templates of a request see: `vars`, `page`, `run`. Stays where it is.
class RequestScope {
 public:
  // `vars` must outlive the scope.
  RequestScope(const std::map<std::string, std::string>& vars, const paging::PageScope& page,
               base::Time run_start);
  RequestScope(const RequestScope&) = delete;
  RequestScope& operator=(const RequestScope&) = delete;
  expression::Value value() const { return names_.value(); }

 private:
  PageValue page_;
  std::string start_time_;
  expression::Scope vars_;
  expression::Scope run_;
  expression::Scope names_;
};

}  // namespace syncline::pull
