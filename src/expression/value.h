#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "json/document.h"

namespace syncline::expression {

class Value;
using Member = std::pair<std::string_view, Value>;

// What an expression works on and yields: a node of a document, or something computed whose bytes
// live in the memory of the evaluation. Two words, free to copy, never owning: valid as long as
// what it refers to. A number is its text. Texts and containers of up to 2^32 - 1 bytes or
// elements.
class Value {
 public:
  Value() = default;  // null
  explicit Value(json::Node node) : rep_(Rep::kNode), size_(node.index()), data_(node.document()) {}
  static Value Null() { return {}; }
  static Value Bool(bool value) { return {value ? Rep::kTrue : Rep::kFalse, 0, nullptr}; }
  // `text` must be a number as JSON spells it.
  static Value Number(std::string_view text) { return {Rep::kNumber, text.size(), text.data()}; }
  static Value String(std::string_view text) { return {Rep::kString, text.size(), text.data()}; }
  static Value Array(std::span<const Value> elements) {
    return {Rep::kArray, elements.size(), elements.data()};
  }
  static Value Object(std::span<const Member> members);

  json::Kind kind() const { return is_node() ? node().kind() : static_cast<json::Kind>(rep_); }
  bool is_null() const { return kind() == json::Kind::kNull; }
  // Whether the value stands in a document; node() is that place.
  bool is_node() const { return rep_ == Rep::kNode; }
  json::Node node() const { return static_cast<const json::Document*>(data_)->NodeAt(size_); }
  std::string_view text() const {  // string or number
    return is_node() ? node().text() : std::string_view(static_cast<const char*>(data_), size_);
  }
  std::uint32_t size() const { return is_node() ? node().size() : size_; }  // array or object
  // JMESPath `key`: null when absent or when this is no object. Of a repeated key the last counts.
  Value Find(std::string_view key) const;
  // JMESPath `[index]`, negative counts from the end; null when out of range or no array.
  Value ElementAt(std::int64_t index) const;

  // Visits elements / members in order: f(Value), f(std::string_view key, Value). Nothing to visit
  // when this is no array / no object.
  template <typename F>
  void ForEachElement(F&& f) const;
  template <typename F>
  void ForEachMember(F&& f) const;

 private:
  // The first seven as in json::Kind.
  enum class Rep : std::uint8_t { kNull, kFalse, kTrue, kNumber, kString, kArray, kObject, kNode };
  Value(Rep rep, std::size_t size, const void* data)
      : rep_(rep), size_(static_cast<std::uint32_t>(size)), data_(data) {}

  Rep rep_ = Rep::kNull;
  std::uint32_t size_ = 0;  // elements, bytes, or the node's index
  const void* data_ = nullptr;
};

inline Value Value::Object(std::span<const Member> members) {
  return {Rep::kObject, members.size(), members.data()};
}

template <typename F>
void Value::ForEachElement(F&& f) const {
  if (kind() != json::Kind::kArray) return;
  const std::uint32_t count = size();
  if (!is_node()) {
    const auto* elements = static_cast<const Value*>(data_);
    for (std::uint32_t i = 0; i < count; ++i) f(elements[i]);
    return;
  }
  json::Node element = node();
  for (std::uint32_t i = 0; i < count; ++i) {
    element = i == 0 ? element.first() : element.next();
    f(Value(element));
  }
}

template <typename F>
void Value::ForEachMember(F&& f) const {
  if (kind() != json::Kind::kObject) return;
  const std::uint32_t count = size();
  if (!is_node()) {
    const auto* members = static_cast<const Member*>(data_);
    for (std::uint32_t i = 0; i < count; ++i) f(members[i].first, members[i].second);
    return;
  }
  json::Node at = node();
  for (std::uint32_t i = 0; i < count; ++i) {
    const json::Node key = i == 0 ? at.first() : at.next();
    at = key.next();
    f(key.text(), Value(at));
  }
}

// JMESPath equality: numbers by value, strings by bytes, objects regardless of order.
bool Equal(const Value& a, const Value& b);
// As Equal, but gives up when `steps` are used up (a step is a visited value or 32 scanned members
// or 64 compared bytes) and leaves 0 in it; the answer then means nothing.
bool EqualWithin(const Value& a, const Value& b, std::size_t* steps);
// JMESPath truth: null, false, "", [] and {} are false.
bool IsTruthy(const Value& value);
void AppendJson(const Value& value, std::string* out);
std::string ToJson(const Value& value);
// What a template puts into a string: text of strings and numbers, true / false, JSON of
// containers; nothing for null.
void AppendText(const Value& value, std::string* out);

}  // namespace syncline::expression
