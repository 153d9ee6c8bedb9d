#include "decode/json_array_cutter.h"

#include <fmt/format.h>

#include <array>

#include "base/status.h"

namespace syncline::decode {
namespace {

// What the scan stops for outside of strings.
constexpr auto kIsSpecial = [] {
  std::array<bool, 256> table{};
  for (const char c : {'"', '{', '}', '[', ']', ','}) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

bool IsSpecial(char c) { return kIsSpecial[static_cast<unsigned char>(c)]; }
bool IsBlank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

}  // namespace

absl::Status JsonArrayCutter::Cut(std::string_view* bytes, RecordPage* page) {
  while (!bytes->empty() && !page->full()) {
    if (state_ == State::kOutside) {
      SYNCLINE_ASSIGN_OR_RETURN(const bool list_begins, skimmer_.Skim(bytes));
      if (list_begins) state_ = State::kFirst;
    } else if (state_ == State::kFirst) {
      CutFirst(bytes);
    } else {
      SYNCLINE_RETURN_IF_ERROR(CutElement(bytes, page));
    }
  }
  return absl::OkStatus();
}

void JsonArrayCutter::CutFirst(std::string_view* bytes) {
  const char c = bytes->front();
  if (!IsBlank(c) && c != ']') {
    state_ = State::kElement;
    return;
  }
  bytes->remove_prefix(1);
  ++list_bytes_;
  if (c != ']') return;
  skimmer_.EndList(list_bytes_);
  state_ = State::kOutside;
}

absl::Status JsonArrayCutter::CutElement(std::string_view* bytes, RecordPage* page) {
  if (!element_open_) BeginElement(page);
  const std::size_t length = Scan(*bytes);
  page->text() += bytes->substr(0, length);
  bytes->remove_prefix(length);
  list_bytes_ += length;
  SYNCLINE_RETURN_IF_ERROR(CheckRecordSize(*page));
  if (bytes->empty()) return absl::OkStatus();
  const char c = bytes->front();
  if (c == '}') return Invalid("a comma or ]");
  if (!has_content_) return Invalid("a value");
  bytes->remove_prefix(1);
  ++list_bytes_;
  page->EndRecord();
  element_open_ = false;
  if (c == ',') return absl::OkStatus();
  skimmer_.EndList(list_bytes_);
  state_ = State::kOutside;
  return absl::OkStatus();
}

std::size_t JsonArrayCutter::Scan(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    if (in_string_) {
      if (escaped_) {
        escaped_ = false;
      } else if (c == '\\') {
        escaped_ = true;
      } else if (c == '"') {
        in_string_ = false;
      }
      continue;
    }
    if (!IsSpecial(c)) {
      has_content_ = has_content_ || !IsBlank(c);
      continue;
    }
    if (depth_ == 0 && (c == ',' || c == ']' || c == '}')) return i;
    has_content_ = true;
    if (c == '"') {
      in_string_ = true;
    } else if (c == '{' || c == '[') {
      ++depth_;
    } else if (c != ',') {
      --depth_;
    }
  }
  return bytes.size();
}

void JsonArrayCutter::BeginElement(RecordPage* page) {
  if (page->text().empty()) page->set_origin({.offset = skimmer_.offset() + list_bytes_});
  page->BeginRecord();
  element_open_ = true;
  has_content_ = false;
}

absl::Status JsonArrayCutter::End(RecordPage*) {
  if (state_ != State::kOutside) return Invalid("more: the text breaks off");
  return skimmer_.End(list_may_be_missing_);
}

absl::Status JsonArrayCutter::Invalid(std::string_view expected) const {
  const std::uint64_t offset = skimmer_.offset() + list_bytes_;
  return base::Error(base::Reason::kJsonInvalid,
                     fmt::format("Not JSON at byte {}: expected {}.", offset, expected),
                     {{"offset", fmt::to_string(offset)}});
}

}  // namespace syncline::decode
