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

using Pairs = std::vector<std::pair<std::string, std::string>>;

// A token of the vendor with its type, so that a JSON body can give it back as it came.
struct Token {
  static constexpr std::size_t kBytesMax = 8192;
  std::string text;  // "" = none
  bool is_number = false;
  bool empty() const { return text.empty(); }
  friend bool operator==(const Token&, const Token&) = default;
};

// What templates see as `page`.
struct PageScope {
  std::int64_t index = 0;   // from 0
  std::int64_t number = 1;  // from 1, or as LimitPagePagination.first_page says
  std::int64_t offset = 0;  // records before this page
  std::int64_t size = 0;    // records asked for; 0 = not asked for
  Token cursor = {};        // none = null
  std::string values = {};  // of AdvancedPagination: a JSON object, or "" = none
  friend bool operator==(const PageScope&, const PageScope&) = default;
};

// How to ask for one page.
struct PageRequest {
  std::string next_url;  // absolute; "" = the integration's own URL with its query
  Pairs query;           // parameters to set on either, not yet encoded
  Pairs headers;         // to set
  PageScope scope;
  friend bool operator==(const PageRequest&, const PageRequest&) = default;
};

// Where a walk stands: everything a paginator must know to ask for a page. Plain text, so that a
// checkpoint can hold it.
struct Position {
  std::int64_t index = 0;
  std::int64_t offset = 0;
  std::int64_t records = 0;  // on the pages before
  Token cursor = {};
  std::string next_url = {};
  std::string values = {};  // see PageScope
  Pairs query = {};         // what rules added to the request
  Pairs headers = {};
};

// What was found on a page.
struct PageFacts {
  std::int64_t record_count = 0;
  std::optional<std::int64_t> total;  // records in the whole list, if the vendor says so
  bool says_more = false;             // the vendor says so, by Pagination.has_more
  expression::Value scope;            // what paging expressions see
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
  // EXPRESSION_FAILED, EXPRESSION_TOO_COSTLY, VENDOR_ERROR, and what `resolve` says.
  virtual absl::StatusOr<std::optional<Position>> Next(const Position& position,
                                                       const PageFacts& facts) const = 0;

  // What of a position never comes twice in a walk that gets on: a token, a link. "" = nothing.
  virtual std::string_view ProofOf(const Position&) const { return {}; }

  // How many pages the list has by the vendor's own word. EXPRESSION_*.
  virtual absl::StatusOr<std::optional<std::int64_t>> DeclaredPageCount(const PageFacts&) const {
    return std::optional<std::int64_t>();
  }
  // How many it has if those that follow are as full as this one, as far as its total tells.
  virtual std::optional<std::int64_t> GuessPageCount(const Position&, const PageFacts&) const {
    return std::nullopt;
  }
  // The position after a page of `record_count` records that is not the last; nullopt where only
  // the answer can tell.
  virtual std::optional<Position> Guess(const Position&, std::int64_t /*record_count*/) const {
    return std::nullopt;
  }
};

}  // namespace syncline::paging
