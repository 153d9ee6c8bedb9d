#include "decode/json_skimmer.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/status.h"
#include "json/document.h"

namespace syncline::decode {
namespace {

constexpr std::size_t kScalarBytesMax = 4'096;
constexpr std::size_t kKeyBytesMax = 64 << 10;
constexpr std::size_t kShownMembersMax = 20;
constexpr std::size_t kShownNameBytes = 64;

bool IsBlank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

bool IsScalarCharacter(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '+' || c == '.' ||
         c == 'E';
}

bool IsScalar(std::string_view text) {
  if (text == "true" || text == "false" || text == "null") return true;
  return json::NumberLength(text) == text.size();
}

std::string_view DescribeValue(char c) {
  switch (c) {
    case '{': return "an object";
    case '"': return "a string";
    case 't':
    case 'f': return "a truth value";
    default: return "a number";
  }
}

}  // namespace

absl::StatusOr<bool> JsonSkimmer::Skim(std::string_view* bytes) {
  while (!bytes->empty()) {
    if (token_ == Token::kScalar) {
      SYNCLINE_RETURN_IF_ERROR(InScalar(bytes));
    } else if (token_ != Token::kNone) {
      SYNCLINE_RETURN_IF_ERROR(InString(bytes));
    } else {
      const char c = bytes->front();
      if (IsBlank(c)) {
        bytes->remove_prefix(1);
        ++offset_;
        continue;
      }
      SYNCLINE_ASSIGN_OR_RETURN(const bool list_begins, Structure(c));
      // The first character of a scalar is part of it.
      if (token_ != Token::kScalar) {
        bytes->remove_prefix(1);
        ++offset_;
      }
      if (list_begins) return true;
    }
  }
  return false;
}

absl::StatusOr<bool> JsonSkimmer::Structure(char c) {
  switch (expect_) {
    case Expect::kValueOrEnd:
      if (c == ']') return Close(c);
      [[fallthrough]];
    case Expect::kValue: return Value(c);
    case Expect::kKeyOrEnd:
      if (c == '}') return Close(c);
      [[fallthrough]];
    case Expect::kKey:
      if (c != '"') return Invalid("a key in double quotes");
      token_ = Token::kKey;
      captures_ = open_.size() == on_path_;
      text_.clear();
      return false;
    case Expect::kColon:
      if (c != ':') return Invalid("a colon");
      expect_ = Expect::kValue;
      return false;
    case Expect::kAfterValue:
      if (c == ',') {
        expect_ = open_.back() == '{' ? Expect::kKey : Expect::kValue;
        return false;
      }
      return Close(c);
    case Expect::kNothing: break;
  }
  return Invalid("the end of the text");
}

bool JsonSkimmer::IsAtPathEnd() const {
  // All that is open lies on the path, and the last key led on.
  const bool on_way = open_.size() == on_path_ && (open_.empty() || key_fits_);
  return on_way && on_path_ == path_.size();
}

absl::StatusOr<bool> JsonSkimmer::Value(char c) {
  if (IsAtPathEnd()) {
    if (c == '[') {
      if (list_found_) {
        return base::Error(base::Reason::kBodyInvalid,
                           "The answer holds the list of records twice.");
      }
      list_found_ = true;
      return true;
    }
    const bool is_value = c == '{' || c == '"' || IsScalarCharacter(c);
    if (is_value && c != 'n') {  // null counts as absent
      return base::Error(base::Reason::kRecordsNotAList,
                         fmt::format("The records are {}, not a list.", DescribeValue(c)));
    }
  }
  if (c == '{' || c == '[') {
    SYNCLINE_RETURN_IF_ERROR(Open(c));
    return false;
  }
  if (c == '"') {
    token_ = Token::kString;
    captures_ = false;
    return false;
  }
  if (!IsScalarCharacter(c)) return Invalid("a value");
  token_ = Token::kScalar;
  text_.clear();
  return false;
}

absl::Status JsonSkimmer::Open(char c) {
  if (open_.size() == kDepthMax) {
    return base::Error(
        base::Reason::kJsonTooDeep,
        fmt::format("The JSON text nests deeper than {} levels (byte {}).", kDepthMax, offset_),
        {{"offset", fmt::to_string(offset_)}});
  }
  const bool on_way = open_.size() == on_path_ && (open_.empty() || key_fits_);
  if (c == '{' && on_way && on_path_ < path_.size()) ++on_path_;
  open_.push_back(c);
  expect_ = c == '{' ? Expect::kKeyOrEnd : Expect::kValueOrEnd;
  return absl::OkStatus();
}

absl::StatusOr<bool> JsonSkimmer::Close(char c) {
  if (c != (open_.back() == '{' ? '}' : ']')) {
    return Invalid(open_.back() == '{' ? "a comma or }" : "a comma or ]");
  }
  open_.pop_back();
  on_path_ = std::min(on_path_, open_.size());
  key_fits_ = false;
  EndValue();
  return false;
}

absl::Status JsonSkimmer::InString(std::string_view* bytes) {
  for (std::size_t i = 0; i < bytes->size(); ++i) {
    const char c = (*bytes)[i];
    if (static_cast<unsigned char>(c) < 0x20) {
      offset_ += i;
      return Invalid("no control character in a string");
    }
    if (!escaped_ && c == '"') {
      if (captures_) text_ += bytes->substr(0, i);
      bytes->remove_prefix(i + 1);
      offset_ += i + 1;
      token_ == Token::kKey ? EndKey() : EndValue();
      token_ = Token::kNone;
      return absl::OkStatus();
    }
    escaped_ = !escaped_ && c == '\\';
  }
  // A name that is longer than any on the path is not one of it.
  if (captures_ && text_.size() + bytes->size() > kKeyBytesMax) captures_ = false;
  if (captures_) text_ += *bytes;
  offset_ += bytes->size();
  *bytes = {};
  return absl::OkStatus();
}

void JsonSkimmer::EndKey() {
  expect_ = Expect::kColon;
  key_fits_ = false;
  if (!captures_) return;
  const auto name = json::Document::Parse('"' + text_ + '"');
  const std::string_view text = name.ok() ? (*name)->root().text() : std::string_view(text_);
  key_fits_ = on_path_ > 0 && text == path_[on_path_ - 1];
  if (open_.size() == 1 && root_members_.size() < kShownMembersMax) {
    root_members_.emplace_back(text.substr(0, kShownNameBytes));
  }
}

absl::Status JsonSkimmer::InScalar(std::string_view* bytes) {
  const auto end = std::find_if_not(bytes->begin(), bytes->end(), IsScalarCharacter);
  const auto length = static_cast<std::size_t>(end - bytes->begin());
  text_ += bytes->substr(0, length);
  if (text_.size() > kScalarBytesMax) return Invalid("a shorter value");
  bytes->remove_prefix(length);
  offset_ += length;
  if (bytes->empty()) return absl::OkStatus();  // it may go on
  if (!IsScalar(text_)) return Invalid("a value before it");
  token_ = Token::kNone;
  EndValue();
  return absl::OkStatus();
}

void JsonSkimmer::EndValue() { expect_ = open_.empty() ? Expect::kNothing : Expect::kAfterValue; }

void JsonSkimmer::EndList(std::uint64_t bytes) {
  offset_ += bytes;
  EndValue();
}

absl::Status JsonSkimmer::End(bool list_may_be_missing) const {
  // Only a scalar that is the whole text ends without being told.
  const bool is_scalar = token_ == Token::kScalar && open_.empty() && IsScalar(text_);
  if (!is_scalar && (expect_ != Expect::kNothing || token_ != Token::kNone)) {
    return Invalid("more: the text breaks off");
  }
  if (list_found_ || list_may_be_missing) return absl::OkStatus();
  std::string members;
  for (const std::string& name : root_members_) {
    members += (members.empty() ? "" : ", ") + name;
  }
  return base::Error(
      base::Reason::kRecordsNotFound,
      fmt::format("There are no records at '{}': the answer {}.", fmt::join(path_, "."),
                  members.empty() ? "has no members" : "has the members " + members));
}

absl::Status JsonSkimmer::Invalid(std::string_view expected) const {
  return base::Error(base::Reason::kJsonInvalid,
                     fmt::format("Not JSON at byte {}: expected {}.", offset_, expected),
                     {{"offset", fmt::to_string(offset_)}});
}

}  // namespace syncline::decode
