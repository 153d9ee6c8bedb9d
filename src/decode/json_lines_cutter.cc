#include "decode/json_lines_cutter.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/status.h"

namespace syncline::decode {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

}  // namespace

absl::Status JsonLinesCutter::Cut(std::string_view* bytes, RecordPage* page) {
  while (!bytes->empty() && !page->full()) {
    const std::size_t line_end = std::min(bytes->find('\n'), bytes->size());
    std::string_view text = bytes->substr(0, line_end);
    if (!in_record_) {
      text.remove_prefix(static_cast<std::size_t>(
          std::find_if_not(text.begin(), text.end(), IsBlank) - text.begin()));
      if (!text.empty()) BeginRecord(page);
    }
    if (in_record_) {
      page->text() += text;
      SYNCLINE_RETURN_IF_ERROR(CheckRecordSize(*page));
      SYNCLINE_RETURN_IF_ERROR(Scan(text));
    }
    if (line_end == bytes->size()) {
      *bytes = {};
      break;
    }
    bytes->remove_prefix(line_end + 1);
    SYNCLINE_RETURN_IF_ERROR(EndLine(page));
    ++line_;
  }
  return absl::OkStatus();
}

absl::Status JsonLinesCutter::End(RecordPage* page) { return EndLine(page); }

absl::Status JsonLinesCutter::Scan(std::string_view text) {
  for (const char c : text) {
    if (in_string_) {
      if (static_cast<unsigned char>(c) < 0x20) return Invalid("a control character in a string");
      if (escaped_) {
        escaped_ = false;
      } else if (c == '\\') {
        escaped_ = true;
      } else if (c == '"') {
        in_string_ = false;
      }
      continue;
    }
    switch (c) {
      case '"': in_string_ = true; break;
      case '{':
      case '[': ++depth_; break;
      case '}':
      case ']':
        if (--depth_ < 0) return Invalid("a bracket that was not opened");
        break;
      case ',':
        if (depth_ == 0) return Invalid("more than one value");
        break;
      default: break;
    }
  }
  return absl::OkStatus();
}

void JsonLinesCutter::BeginRecord(RecordPage* page) {
  if (page->text().empty()) page->set_origin({.line = line_});
  page->BeginRecord();
  in_record_ = true;
}

absl::Status JsonLinesCutter::EndLine(RecordPage* page) {
  if (in_string_ || depth_ > 0) return Invalid("a value that breaks off");
  if (in_record_) page->EndRecord();
  in_record_ = false;
  // Before the first record of a page there is no text yet to put the line break into.
  if (!page->text().empty()) page->text() += '\n';
  return absl::OkStatus();
}

absl::Status JsonLinesCutter::Invalid(std::string_view what) const {
  return base::Error(base::Reason::kBodyInvalid,
                     fmt::format("Line {} of the answer holds {}.", line_, what),
                     {{"line", std::to_string(line_)}});
}

}  // namespace syncline::decode
