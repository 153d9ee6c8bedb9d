#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "expression/expression.h"

namespace syncline::paging {

// What templates see as `page`.
struct PageScope {
  std::int64_t index = 0;   // from 0
  std::int64_t number = 1;  // from 1, or as LimitPagePagination.first_page says
  std::int64_t offset = 0;  // records before this page
  std::int64_t size = 0;    // records asked for; 0 = not asked for
};

// How to ask for one page.
struct PageRequest {
  std::vector<std::pair<std::string, std::string>> query;  // parameters to set, not yet encoded
  std::string next_url;  // absolute; "" = the integration's own URL. Used as it is, without `query`
  PageScope scope;
};

// Where a walk stands: everything a paginator must know to ask for a page. Plain text, so that a
// checkpoint can hold it.
struct Position {
  std::int64_t index = 0;
  std::int64_t offset = 0;
  std::int64_t records = 0;  // on the pages before
  std::string cursor;        // token or absolute URL
};

// What was found on a page.
struct PageFacts {
  std::int64_t record_count = 0;
  std::optional<std::int64_t> total;  // records in the whole list, if the vendor says so
  expression::Value scope;            // `response`, `headers`, `links`, `last_record`, `page`
  // Makes a next link absolute and judges where it leads; HOST_NOT_ALLOWED, URL_INVALID.
  std::function<absl::StatusOr<std::string>(std::string_view link)> resolve;
};

// The strategy of one kind of pagination: says how to ask for a page, and after a page which one
// comes next. No I/O and no state; safe for concurrent use. Walk keeps the position.
class Paginator {
 public:
  virtual ~Paginator() = default;

  virtual Position First() const { return {}; }
  virtual PageRequest RequestFor(const Position& position) const = 0;
  // The next page's position, without `records`, which Walk counts; nullopt after the last page.
  // EXPRESSION_FAILED, EXPRESSION_TOO_COSTLY, and what `resolve` says.
  virtual absl::StatusOr<std::optional<Position>> Next(const Position& position,
                                                       const PageFacts& facts) const = 0;
};

}  // namespace syncline::paging
