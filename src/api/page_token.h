#pragma once

#include <google/protobuf/message.h>
#include <google/protobuf/repeated_ptr_field.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/status.h"
#include "secret/token_sealer.h"

namespace syncline::api {

inline constexpr int kPageSizeDefault = 50;
inline constexpr int kPageSizeMax = 1'000;

// What a list request asks for.
struct PageRequest {
  int size = kPageSizeDefault;
  std::string after;  // the key of the last item that was returned; "" = from the start
};

// Page tokens (google.aip.dev/158): the key of the last item, signed, and bound to every field of
// the request but page_size and page_token, so that a token works only for the list it came from.
// Immutable, safe for concurrent use.
class PageTokens {
 public:
  explicit PageTokens(const secret::TokenSealer& sealer) : sealer_(sealer) {}

  // `request`: any message with page_size and page_token. INVALID_ARGUMENT for a negative size,
  // PAGE_TOKEN_INVALID for a token that is not of this request.
  absl::StatusOr<PageRequest> Open(const google::protobuf::Message& request) const;
  std::string Next(const google::protobuf::Message& request, std::string_view after) const;

 private:
  const secret::TokenSealer& sealer_;
};

// Answers a list request: `list(after, limit)` reads up to `limit` items behind the key `after`,
// `key_of(item)` is an item's key. One item more than the page is read, to know whether it is the
// last.
template <typename Response, typename Item, typename Request, typename List, typename KeyOf>
absl::StatusOr<Response> ListPage(const PageTokens& tokens, const Request& request,
                                  google::protobuf::RepeatedPtrField<Item>* (Response::*items)(),
                                  List list, KeyOf key_of) {
  SYNCLINE_ASSIGN_OR_RETURN(const PageRequest page, tokens.Open(request));
  SYNCLINE_ASSIGN_OR_RETURN(std::vector<Item> read, list(page.after, page.size + 1));
  Response response;
  if (read.size() > static_cast<std::size_t>(page.size)) {
    read.resize(static_cast<std::size_t>(page.size));
    response.set_next_page_token(tokens.Next(request, key_of(read.back())));
  }
  for (Item& item : read) *(response.*items)()->Add() = std::move(item);
  return response;
}

// The id behind the last slash of a name.
inline std::string LastId(const std::string& name) { return name.substr(name.rfind('/') + 1); }

}  // namespace syncline::api
