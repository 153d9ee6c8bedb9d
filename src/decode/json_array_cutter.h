#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "decode/json_skimmer.h"
#include "decode/record_cutter.h"

namespace syncline::decode {

// The elements of one list of a JSON text, which may be larger than memory. Their ends are found by
// counting brackets; the page is parsed as a whole later, and keeps every byte of its part of the
// list, so that an error there finds its place.
class JsonArrayCutter final : public RecordCutter {
 public:
  // `path`: member names from the root. A list that is not there is RECORDS_NOT_FOUND unless it may
  // be missing; see JsonSkimmer for the other errors.
  JsonArrayCutter(std::vector<std::string> path, bool list_may_be_missing)
      : skimmer_(std::move(path)), list_may_be_missing_(list_may_be_missing) {}

  absl::Status Cut(std::string_view* bytes, RecordPage* page) override;
  absl::Status End(RecordPage* page) override;

 private:
  enum class State { kOutside, kFirst, kElement };

  // Goes to the first element, over blanks.
  void CutFirst(std::string_view* bytes);
  absl::Status CutElement(std::string_view* bytes, RecordPage* page);
  // How far the element reaches into `bytes`; all of them when it goes on.
  std::size_t Scan(std::string_view bytes);
  void BeginElement(RecordPage* page);
  absl::Status Invalid(std::string_view expected) const;

  JsonSkimmer skimmer_;
  const bool list_may_be_missing_;
  State state_ = State::kOutside;
  bool element_open_ = false;  // BeginRecord was called
  bool has_content_ = false;   // the element is more than blanks
  bool in_string_ = false;
  bool escaped_ = false;
  int depth_ = 0;
  std::uint64_t list_bytes_ = 0;  // of the list, taken so far
};

}  // namespace syncline::decode
