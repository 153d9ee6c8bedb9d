#pragma once

#include <cstdint>
#include <string_view>

#include "base/status.h"
#include "json/document.h"

namespace syncline::json {

// Fills one Document. simdjson's first stage finds the structural characters at several GB/s and
// checks UTF-8 and control characters; this class walks them once with a grammar of its own,
// because simdjson's second stage turns numbers into doubles and would lose their text. The walk is
// a loop: an open container keeps its parent in its own entry, so depth costs no stack. Private to
// this folder; lives on the stack of Document::Parse.
class DocumentParser {
 public:
  DocumentParser(Document* document, const ParseLimits& limits)
      : document_(*document), limits_(limits) {}
  absl::Status Parse();

 private:
  // What may stand next.
  enum class Expect { kValue, kValueOrEnd, kKey, kKeyOrEnd, kAfterValue, kNothing };
  static constexpr std::uint32_t kNoParent = 0xFFFFFFFF;

  absl::Status Walk(const std::uint32_t* positions, std::uint32_t count);
  absl::Status Value(std::uint32_t at, std::uint32_t text_end);
  absl::Status Key(std::uint32_t at, std::uint32_t text_end);
  absl::Status AfterValue(std::uint32_t at);
  absl::Status Open(std::uint32_t at, Kind kind);
  void Close();
  absl::Status Number(std::uint32_t at);
  absl::Status Literal(std::uint32_t at, std::string_view word, Kind kind);
  // `text_end` is where the next structural character stands: only blanks can lie between.
  absl::Status String(std::uint32_t at, std::uint32_t text_end);
  absl::Status Unescape(std::uint32_t begin, std::uint32_t end);
  bool EndsToken(std::size_t at) const;
  void Push(std::uint32_t offset, std::uint32_t size, Kind kind, bool unescaped = false);
  absl::Status Invalid(std::size_t at, std::string_view expected) const;
  base::ErrorMetadata PlaceOf(std::size_t at) const;

  Document& document_;
  const ParseLimits& limits_;
  std::string_view text_;  // the body, a byte order mark included
  Expect expect_ = Expect::kValue;
  std::uint32_t parent_ = kNoParent;  // innermost open container
  std::size_t depth_ = 0;
  std::size_t next_backslash_ = 0;  // the first one not before the last string
};

}  // namespace syncline::json
