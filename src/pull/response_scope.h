#pragma once

#include <string>
#include <utility>
#include <vector>

#include "expression/expression.h"
#include "http/message.h"
#include "paging/paginator.h"
#include "pull/request_scope.h"

namespace syncline::pull {

// The names that paging expressions see after an answer: `response` (the body), `headers` (names in
// lower case, repeated ones joined by ", "), `links` (parsed Link header by relation), `status`,
// `last_record`, `page`, and those of the place where the list stands. Stays where it is; refers to
// the document of body and records, and to what `place` refers to.
class ResponseScope {
 public:
  ResponseScope(const expression::Scope& place, const http::Headers& headers, int status,
                const expression::Value& body, const expression::Value& records,
                const paging::PageScope& page);
  ResponseScope(const ResponseScope&) = delete;
  ResponseScope& operator=(const ResponseScope&) = delete;
  expression::Value value() const { return names_.value(); }

 private:
  using Texts = std::vector<std::pair<std::string, std::string>>;
  void SetHeaders(const http::Headers& headers);

  Texts header_texts_;
  Texts link_texts_;
  std::string status_;
  PageValue page_;
  expression::Scope headers_;
  expression::Scope links_;
  expression::Scope names_;
};

}  // namespace syncline::pull
