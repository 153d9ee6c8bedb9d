#include "json/document.h"

#include <simdjson.h>

#include <cstring>

#include "base/status.h"
#include "json/document_parser.h"

namespace syncline::json {

absl::StatusOr<std::shared_ptr<const Document>> Document::Parse(std::string body,
                                                                const ParseLimits& limits,
                                                                std::string* refused) {
  auto document = std::make_shared<Document>();
  document->body_ = std::move(body);
  if (absl::Status parsed = DocumentParser(document.get(), limits).Parse(); !parsed.ok()) {
    if (refused != nullptr) *refused = std::move(document->body_);
    return parsed;
  }
  return std::shared_ptr<const Document>(std::move(document));
}

std::size_t Document::ByteSize() const {
  return sizeof(Document) + body_.capacity() + unescaped_.capacity() +
         entries_.capacity() * sizeof(Entry);
}

bool Node::Find(std::string_view key, Node* value) const {
  const Document::Entry& object = entry();
  if (object.kind != Kind::kObject) return false;
  const Document::Entry* entries = document_->entries_.data();
  const char* body = document_->body_.data();
  const char* unescaped = document_->unescaped_.data();
  bool found = false;
  for (std::uint32_t at = index_ + 1; at != object.next;) {
    const Document::Entry& name = entries[at];
    if (name.size == key.size()) {
      const char* text = (name.unescaped ? unescaped : body) + name.offset;
      // Most names of equal length differ in their last byte already.
      if (key.empty() ||
          (text[name.size - 1] == key.back() && std::memcmp(text, key.data(), key.size()) == 0)) {
        *value = Node(document_, at + 1);
        found = true;
      }
    }
    at = entries[at + 1].next;
  }
  return found;
}

Node Node::ElementAt(std::uint32_t index) const {
  Node element = first();
  while (index-- > 0) element = element.next();
  return element;
}

std::size_t NumberLength(std::string_view text) {
  std::size_t at = 0;
  const auto digits = [&] {
    const std::size_t begin = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    return at - begin;
  };
  if (at < text.size() && text[at] == '-') ++at;
  const std::size_t first = at;
  const std::size_t whole = digits();
  if (whole == 0 || (whole > 1 && text[first] == '0')) return 0;
  if (at < text.size() && text[at] == '.') {
    ++at;
    if (digits() == 0) return 0;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    if (digits() == 0) return 0;
  }
  return at;
}

bool IsValidUtf8(std::string_view text) { return simdjson::validate_utf8(text); }

}  // namespace syncline::json
