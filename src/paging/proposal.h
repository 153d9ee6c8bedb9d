#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "expression/value.h"
#include "http/message.h"
#include "syncline/v1/pagination.pb.h"

namespace syncline::paging {

// A first answer, as AutomaticPagination looks at it.
struct FirstAnswer {
  const http::Url& asked;   // without the sign-in
  expression::Value scope;  // `response`, `headers`, `links`
  expression::Value records;
  bool has_body = false;  // the request had one
};

// How a list whose first answer this is would be paged, and what made it think so, in words.
struct Proposal {
  v1::Pagination pagination;  // never `automatic`; `none` when nothing shows
  std::string reason;
};

// Looks for a next link, a next token, a has-more flag and a page number with a count, in that
// order. Always a pagination that ValidatePagination accepts. Pure; safe for concurrent use.
Proposal Propose(const FirstAnswer& answer);

// The pagination as JSON text, and back, for a checkpoint. INTERNAL when it is none of ours.
std::string WriteProposed(const Proposal& proposal);
absl::StatusOr<Proposal> ReadProposed(std::string_view text, std::string reason);

}  // namespace syncline::paging
