#include "json/document_parser.h"

#include <simdjson.h>

#include <algorithm>
#include <cstring>

#include "base/status.h"
#include "fmt/format.h"
#include "json/unescape.h"

namespace syncline::json {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool IsBlank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

absl::Status FirstStageError(simdjson::error_code code) {
  switch (code) {
    case simdjson::UTF8_ERROR:
      return base::Error(base::Reason::kTextInvalid, "The text is not UTF-8.");
    case simdjson::EMPTY: return base::Error(base::Reason::kJsonInvalid, "The text is empty.");
    case simdjson::UNCLOSED_STRING:
      return base::Error(base::Reason::kJsonInvalid, "Not JSON: a string is not closed.");
    case simdjson::UNESCAPED_CHARS:
      return base::Error(base::Reason::kJsonInvalid,
                         "Not JSON: a string holds an unescaped control character.");
    default:
      return base::Error(base::Reason::kJsonInvalid,
                         fmt::format("Not JSON: {}", simdjson::error_message(code)));
  }
}

}  // namespace

absl::Status DocumentParser::Parse() {
  text_ = document_.body_;
  // 32-bit offsets; the sum over a hostile definition of the limit must not wrap.
  const std::size_t bytes_max = std::min<std::size_t>(limits_.bytes_max, 0x7FFFFFFF);
  if (text_.size() > bytes_max) {
    return base::Error(
        base::Reason::kResponseTooLarge,
        fmt::format("The JSON text has {} bytes; the limit is {}.", text_.size(), bytes_max));
  }
  const std::size_t skipped = text_.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  const std::string_view json = text_.substr(skipped);
  if (json.empty()) return FirstStageError(simdjson::EMPTY);
  std::unique_ptr<simdjson::internal::dom_parser_implementation> stage;
  simdjson::error_code code =
      simdjson::get_active_implementation()->create_dom_parser_implementation(json.size(), 1,
                                                                              stage);
  if (code == simdjson::SUCCESS) {
    code = stage->stage1(reinterpret_cast<const std::uint8_t*>(json.data()), json.size(),
                         simdjson::stage1_mode::regular);
  }
  if (code != simdjson::SUCCESS) return FirstStageError(code);
  if (skipped != 0) {
    for (std::uint32_t i = 0; i < stage->n_structural_indexes; ++i) {
      stage->structural_indexes[i] += static_cast<std::uint32_t>(skipped);
    }
  }
  return Walk(stage->structural_indexes.get(), stage->n_structural_indexes);
}

absl::Status DocumentParser::Walk(const std::uint32_t* positions, std::uint32_t count) {
  // A valid text has a separator or a closing bracket per value after the first.
  document_.entries_.reserve(count / 2 + 1);
  const auto end = static_cast<std::uint32_t>(text_.size());
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t at = positions[i];
    const std::uint32_t text_end = i + 1 < count ? positions[i + 1] : end;
    const char c = text_[at];
    switch (expect_) {
      case Expect::kValueOrEnd:
        if (c == ']') {
          Close();
          break;
        }
        [[fallthrough]];
      case Expect::kValue: SYNCLINE_RETURN_IF_ERROR(Value(at, text_end)); break;
      case Expect::kKeyOrEnd:
        if (c == '}') {
          Close();
          break;
        }
        [[fallthrough]];
      case Expect::kKey:
        SYNCLINE_RETURN_IF_ERROR(Key(at, text_end));
        if (text_end == end || text_[text_end] != ':') return Invalid(text_end, "a colon");
        ++i;
        expect_ = Expect::kValue;
        break;
      case Expect::kAfterValue: SYNCLINE_RETURN_IF_ERROR(AfterValue(at)); break;
      case Expect::kNothing: return Invalid(at, "the end of the text");
    }
  }
  if (expect_ != Expect::kNothing) return Invalid(end, "more: the text breaks off");
  return absl::OkStatus();
}

absl::Status DocumentParser::Value(std::uint32_t at, std::uint32_t text_end) {
  switch (text_[at]) {
    case '{': return Open(at, Kind::kObject);
    case '[': return Open(at, Kind::kArray);
    case '"': SYNCLINE_RETURN_IF_ERROR(String(at, text_end)); break;
    case 't': SYNCLINE_RETURN_IF_ERROR(Literal(at, "true", Kind::kTrue)); break;
    case 'f': SYNCLINE_RETURN_IF_ERROR(Literal(at, "false", Kind::kFalse)); break;
    case 'n': SYNCLINE_RETURN_IF_ERROR(Literal(at, "null", Kind::kNull)); break;
    default: SYNCLINE_RETURN_IF_ERROR(Number(at)); break;
  }
  if (parent_ == kNoParent) {
    expect_ = Expect::kNothing;
  } else {
    ++document_.entries_[parent_].size;
    expect_ = Expect::kAfterValue;
  }
  return absl::OkStatus();
}

absl::Status DocumentParser::Key(std::uint32_t at, std::uint32_t text_end) {
  if (text_[at] != '"') return Invalid(at, "a key in double quotes");
  return String(at, text_end);
}

absl::Status DocumentParser::AfterValue(std::uint32_t at) {
  const bool in_object = document_.entries_[parent_].kind == Kind::kObject;
  const char c = text_[at];
  if (c == ',') {
    expect_ = in_object ? Expect::kKey : Expect::kValue;
    return absl::OkStatus();
  }
  if (c != (in_object ? '}' : ']')) return Invalid(at, in_object ? "a comma or }" : "a comma or ]");
  Close();
  return absl::OkStatus();
}

absl::Status DocumentParser::Open(std::uint32_t at, Kind kind) {
  if (++depth_ > limits_.depth_max) {
    return base::Error(base::Reason::kJsonTooDeep,
                       fmt::format("The JSON text nests deeper than {} levels (byte {}).",
                                   limits_.depth_max, limits_.first_byte + at),
                       PlaceOf(at));
  }
  if (parent_ != kNoParent) ++document_.entries_[parent_].size;
  const auto index = static_cast<std::uint32_t>(document_.entries_.size());
  Push(at, 0, kind);
  document_.entries_.back().next = parent_;
  parent_ = index;
  expect_ = kind == Kind::kObject ? Expect::kKeyOrEnd : Expect::kValueOrEnd;
  return absl::OkStatus();
}

void DocumentParser::Close() {
  Document::Entry& closed = document_.entries_[parent_];
  parent_ = closed.next;
  closed.next = static_cast<std::uint32_t>(document_.entries_.size());
  --depth_;
  expect_ = parent_ == kNoParent ? Expect::kNothing : Expect::kAfterValue;
}

absl::Status DocumentParser::Number(std::uint32_t at) {
  const std::size_t length = NumberLength(text_.substr(at));
  if (length == 0 || !EndsToken(at + length)) return Invalid(at, "a value");
  Push(at, static_cast<std::uint32_t>(length), Kind::kNumber);
  return absl::OkStatus();
}

absl::Status DocumentParser::Literal(std::uint32_t at, std::string_view word, Kind kind) {
  if (text_.substr(at, word.size()) != word || !EndsToken(at + word.size())) {
    return Invalid(at, "a value");
  }
  Push(at, static_cast<std::uint32_t>(word.size()), kind);
  return absl::OkStatus();
}

absl::Status DocumentParser::String(std::uint32_t at, std::uint32_t text_end) {
  const std::uint32_t begin = at + 1;
  std::uint32_t end = text_end - 1;
  while (end > at && IsBlank(text_[end])) --end;
  if (end <= at || text_[end] != '"') return Invalid(at, "a closed string");
  if (next_backslash_ < begin) {  // looked for once per backslash, not once per string
    const void* found = std::memchr(text_.data() + begin, '\\', text_.size() - begin);
    next_backslash_ =
        found == nullptr ? text_.size()
                         : static_cast<std::size_t>(static_cast<const char*>(found) - text_.data());
  }
  if (next_backslash_ < end) return Unescape(begin, end);
  Push(begin, end - begin, Kind::kString);
  return absl::OkStatus();
}

absl::Status DocumentParser::Unescape(std::uint32_t begin, std::uint32_t end) {
  std::string& buffer = document_.unescaped_;
  const std::size_t start = buffer.size();
  const std::size_t wrong = AppendUnescaped(text_.substr(begin, end - begin), &buffer);
  if (wrong != kNoError) return Invalid(begin + wrong, "an escape that JSON knows");
  Push(static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(buffer.size() - start),
       Kind::kString, true);
  return absl::OkStatus();
}

// Two values that touch ("1true") are one token to simdjson's first stage.
bool DocumentParser::EndsToken(std::size_t at) const {
  if (at == text_.size()) return true;
  const char c = text_[at];
  return c == ',' || c == '}' || c == ']' || c == ':' || c == '{' || c == '[' || IsBlank(c);
}

void DocumentParser::Push(std::uint32_t offset, std::uint32_t size, Kind kind, bool unescaped) {
  const auto next = static_cast<std::uint32_t>(document_.entries_.size() + 1);
  document_.entries_.push_back({offset, size, next, kind, unescaped});
}

absl::Status DocumentParser::Invalid(std::size_t at, std::string_view expected) const {
  return base::Error(
      base::Reason::kJsonInvalid,
      fmt::format("Not JSON at byte {}: expected {}.", limits_.first_byte + at, expected),
      PlaceOf(at));
}

base::ErrorMetadata DocumentParser::PlaceOf(std::size_t at) const {
  const std::string_view before = text_.substr(0, at);
  const std::int64_t line = limits_.first_line + std::count(before.begin(), before.end(), '\n');
  return {{"offset", fmt::to_string(limits_.first_byte + at)}, {"line", fmt::to_string(line)}};
}

}  // namespace syncline::json
