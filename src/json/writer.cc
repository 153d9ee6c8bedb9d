#include <vector>

#include "json/document.h"

namespace syncline::json {
namespace {

// 0: as it is; otherwise the letter of the short escape, 'u' for \u00XX.
char EscapeOf(char c) {
  switch (c) {
    case '"':
    case '\\': return c;
    case '\b': return 'b';
    case '\f': return 'f';
    case '\n': return 'n';
    case '\r': return 'r';
    case '\t': return 't';
    default: return static_cast<unsigned char>(c) < 0x20 ? 'u' : '\0';
  }
}

void AppendScalar(Node node, std::string* out) {
  switch (node.kind()) {
    case Kind::kNull: out->append("null"); break;
    case Kind::kFalse: out->append("false"); break;
    case Kind::kTrue: out->append("true"); break;
    case Kind::kNumber: out->append(node.text()); break;
    default: AppendJsonString(node.text(), out); break;
  }
}

// A container that is being written: what is left of it and what stands next.
struct Frame {
  Node next;
  std::uint32_t left;
  bool is_object;
};

}  // namespace

void AppendJsonString(std::string_view text, std::string* out) {
  static constexpr char kHex[] = "0123456789abcdef";
  out->push_back('"');
  std::size_t written = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char escape = EscapeOf(text[i]);
    if (escape == '\0') continue;
    out->append(text.substr(written, i - written));
    out->push_back('\\');
    out->push_back(escape);
    if (escape == 'u') {
      out->append("00");
      out->push_back(kHex[text[i] >> 4]);
      out->push_back(kHex[text[i] & 0x0F]);
    }
    written = i + 1;
  }
  out->append(text.substr(written));
  out->push_back('"');
}

void AppendJson(Node node, std::string* out) {
  std::vector<Frame> open;
  const auto begin = [&](Node value) {
    if (!value.is_container()) return AppendScalar(value, out);
    const bool is_object = value.kind() == Kind::kObject;
    out->push_back(is_object ? '{' : '[');
    // first() of an empty container is never read: `left` is 0.
    open.push_back({value.size() == 0 ? value : value.first(), value.size(), is_object});
  };
  begin(node);
  bool first = true;
  while (!open.empty()) {
    Frame& frame = open.back();
    if (frame.left == 0) {
      out->push_back(frame.is_object ? '}' : ']');
      open.pop_back();
      first = false;
      continue;
    }
    if (!first) out->push_back(',');
    if (frame.is_object) {
      AppendJsonString(frame.next.text(), out);
      out->push_back(':');
      frame.next = frame.next.next();
    }
    const Node value = frame.next;
    --frame.left;
    if (frame.left > 0) frame.next = value.next();
    first = value.is_container();
    begin(value);
  }
}

std::string ToJson(Node node) {
  std::string out;
  AppendJson(node, &out);
  return out;
}

}  // namespace syncline::json
