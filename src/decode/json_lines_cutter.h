#pragma once

#include <cstdint>
#include <string_view>

#include "decode/record_cutter.h"

namespace syncline::decode {

// One JSON value a line, each a record; lines of blanks are skipped. Looks only as far into a line
// as it takes to know that it holds no more than one value; the page is parsed as a whole later,
// and keeps a line break for every line, so that an error there finds its line.
class JsonLinesCutter final : public RecordCutter {
 public:
  // BODY_INVALID, RESPONSE_TOO_LARGE.
  absl::Status Cut(std::string_view* bytes, RecordPage* page) override;
  absl::Status End(RecordPage* page) override;

 private:
  absl::Status Scan(std::string_view text);
  void BeginRecord(RecordPage* page);
  absl::Status EndLine(RecordPage* page);
  absl::Status Invalid(std::string_view what) const;

  std::int64_t line_ = 1;
  bool in_record_ = false;
  bool in_string_ = false;
  bool escaped_ = false;
  int depth_ = 0;
};

}  // namespace syncline::decode
