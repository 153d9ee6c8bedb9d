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
// live in the Arena of the evaluation. Two words, free to copy, never owning. A number is its text.
class Value {
 public:
  Value() = default;  // null
  explicit Value(json::Node node);
  static Value Null() { return {}; }
  static Value Bool(bool value);
  static Value Number(std::string_view text);
  static Value String(std::string_view text);
  static Value Array(std::span<const Value> elements);
  static Value Object(std::span<const Member> members);

  json::Kind kind() const;
  bool is_null() const { return kind() == json::Kind::kNull; }
  std::string_view text() const;  // string or number
  std::uint32_t size() const;     // array or object
  // JMESPath `key`: null when absent or when this is no object.
  Value Find(std::string_view key) const;
  // JMESPath `[index]`, negative counts from the end; null when out of range or no array.
  Value ElementAt(std::int64_t index) const;

  // Visits elements / members in order: f(Value), f(std::string_view key, Value).
  template <typename F> void ForEachElement(F&& f) const;
  template <typename F> void ForEachMember(F&& f) const;

 private:
  enum class Rep : std::uint8_t { kNull, kFalse, kTrue, kNumber, kString, kArray, kObject, kNode };
  Rep rep_ = Rep::kNull;
  std::uint32_t size_ = 0;  // elements, bytes, or the node's index
  const void* data_ = nullptr;
};

// JMESPath equality: numbers by value, strings by bytes, objects regardless of order.
bool Equal(const Value& a, const Value& b);
// JMESPath truth: null, false, "", [] and {} are false.
bool IsTruthy(const Value& value);
void AppendJson(const Value& value, std::string* out);
std::string ToJson(const Value& value);
// What a template puts into a string: text of strings and numbers, true / false, JSON of containers;
// nothing for null.
void AppendText(const Value& value, std::string* out);

}  // namespace syncline::expression
