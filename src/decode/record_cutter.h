#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "decode/record_page.h"

namespace syncline::decode {

// Cuts a body that comes in pieces into records. What is left in it between two calls is bounded by
// one record. Made per body, one thread.
class RecordCutter {
 public:
  virtual ~RecordCutter() = default;

  // Takes from the front of `*bytes`, which is shortened by it, until it is empty or the page is
  // full. BODY_INVALID and JSON_INVALID with the metadata line or offset, RESPONSE_TOO_LARGE for a
  // record beyond the page's limit; what else the implementation names.
  virtual absl::Status Cut(std::string_view* bytes, RecordPage* page) = 0;
  // The body is over. The last record may be written only now, which needs no room in the page.
  virtual absl::Status End(RecordPage* page) = 0;
};

// RESPONSE_TOO_LARGE when the record that is being written is.
absl::Status CheckRecordSize(const RecordPage& page);

}  // namespace syncline::decode
