#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace syncline::json {

enum class Kind : std::uint8_t { kNull, kFalse, kTrue, kNumber, kString, kArray, kObject };

struct ParseLimits {
  std::size_t depth_max = 128;                    // nesting of arrays and objects
  std::size_t bytes_max = std::size_t{64} << 20;  // of the text; also the limit of 32-bit offsets
  // Where the text stands in a larger one, for the places that errors name.
  std::uint64_t first_byte = 0;
  std::int64_t first_line = 1;
};

class Node;

// One parsed JSON text, immutable. Numbers keep the text they were written with ("1.10", "5E10",
// 2^63, 1e400): nothing passes through double until a conversion is asked for. A flat array of
// 16-byte entries over the body; no recursion anywhere, so depth costs no stack.
// Owned through shared_ptr by whoever reads it; safe for concurrent reading.
class Document {
 public:
  // Takes over the body. JSON_INVALID (metadata offset, in bytes, and line, from 1, where they are
  // known), JSON_TOO_DEEP (the same), RESPONSE_TOO_LARGE, TEXT_INVALID (the body is not UTF-8).
  // Accepts a UTF-8 byte order mark. RFC 8259. A body that is refused goes back to `refused`,
  // unless that is null.
  static absl::StatusOr<std::shared_ptr<const Document>> Parse(std::string body,
                                                               const ParseLimits& limits = {},
                                                               std::string* refused = nullptr);
  Node root() const;
  // The node with that Node::index(); how a value that keeps only the index comes back.
  Node NodeAt(std::uint32_t index) const;
  // The bytes held: the body and the entries, about three times the text for a page of records, at
  // most nine times ("[1,1,1,…").
  std::size_t ByteSize() const;

 private:
  friend class Node;
  friend class DocumentParser;
  struct Entry {
    std::uint32_t offset;  // of the text (string, number) in its buffer
    std::uint32_t size;    // bytes of the text, or elements / members of a container
    std::uint32_t next;    // index of the entry after this subtree; while open, its parent
    Kind kind;
    bool unescaped;  // the text stands in unescaped_, not in body_
  };
  std::string body_;
  std::string unescaped_;       // strings that had escapes
  std::vector<Entry> entries_;  // pre-order; a member is a string entry followed by its value
};

// A value inside a document: a pointer and an index, free to copy. Valid as long as the document.
class Node {
 public:
  Node() = default;  // refers to nothing; only assignment and destruction are allowed
  Kind kind() const { return entry().kind; }
  bool is_null() const { return kind() == Kind::kNull; }
  bool is_container() const { return kind() >= Kind::kArray; }
  // Text of a string (unescaped, UTF-8, may hold U+0000) or the exact text of a number.
  std::string_view text() const {
    const Document::Entry& e = entry();
    return std::string_view(e.unescaped ? document_->unescaped_ : document_->body_)
        .substr(e.offset, e.size);
  }
  // Whether text() may differ from what was written: only then can it hold U+0000.
  bool had_escapes() const { return entry().unescaped; }
  // Elements of an array, members of an object.
  std::uint32_t size() const { return entry().size; }

  // First child: the first element, or the key of the first member. Precondition: size() > 0.
  Node first() const { return Node(document_, index_ + 1); }
  // The node after this subtree: the next element; from a key its value; from a value the next key.
  Node next() const { return Node(document_, entry().next); }

  // The value of a member; the last one when the key repeats (as PostgreSQL's jsonb does).
  // False when absent or when this is not an object.
  bool Find(std::string_view key, Node* value) const;
  // Precondition: index < size().
  Node ElementAt(std::uint32_t index) const;

  // Identity inside one document, for caches.
  std::uint32_t index() const { return index_; }
  const Document* document() const { return document_; }

 private:
  friend class Document;
  Node(const Document* document, std::uint32_t index) : document_(document), index_(index) {}
  const Document::Entry& entry() const { return document_->entries_[index_]; }
  const Document* document_ = nullptr;
  std::uint32_t index_ = 0;
};

inline Node Document::root() const { return Node(this, 0); }
inline Node Document::NodeAt(std::uint32_t index) const { return Node(this, index); }

// Appends the value as compact JSON; numbers keep their text. No recursion.
void AppendJson(Node node, std::string* out);
std::string ToJson(Node node);

// Appends `text` quoted and escaped as RFC 8259 asks.
void AppendJsonString(std::string_view text, std::string* out);

// Bytes of the JSON number (RFC 8259 section 6) that `text` begins with; 0 when there is none.
std::size_t NumberLength(std::string_view text);

// Whether the bytes are well-formed UTF-8 (no overlong forms, no surrogates).
bool IsValidUtf8(std::string_view text);

}  // namespace syncline::json
