#pragma once

#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "decode/record_cutter.h"

namespace syncline::decode {

// Every page that a cutter makes of a body which comes in pieces of one size.
inline absl::StatusOr<std::vector<RecordPage::Cut>> CutAll(RecordCutter& cutter,
                                                           std::string_view body, std::size_t piece,
                                                           const RecordPage::Limits& limits) {
  std::vector<RecordPage::Cut> pages;
  RecordPage page(limits);
  while (!body.empty()) {
    std::string_view part = body.substr(0, piece);
    body.remove_prefix(part.size());
    while (!part.empty()) {
      SYNCLINE_RETURN_IF_ERROR(cutter.Cut(&part, &page));
      if (page.full()) pages.push_back(page.Take());
    }
  }
  SYNCLINE_RETURN_IF_ERROR(cutter.End(&page));
  if (page.count() > 0) pages.push_back(page.Take());
  return pages;
}

inline std::vector<std::string> TextsOf(const std::vector<RecordPage::Cut>& pages) {
  std::vector<std::string> texts;
  for (const RecordPage::Cut& page : pages) texts.push_back(page.text);
  return texts;
}

}  // namespace syncline::decode
