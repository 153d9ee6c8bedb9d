#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "expression/expression.h"
#include "json/document.h"

namespace syncline::pull {

// One element of a level of a fan-out, or a group of some. Cheap to copy.
struct Element {
  expression::Value value;
  std::shared_ptr<const void> owner;  // of what `value` refers to
  // What names it, for state and messages; at most kKeyBytesMax bytes. Of a group "first..last".
  std::string key;
  // Of the first and of the last member of a group; of a single element its own, twice.
  std::string first_key;
  std::string last_key;
  // Where its source was when it yielded the first member: the page of the parents' list that it
  // stands on, say. JSON.
  std::shared_ptr<const std::string> at;
  // Splits a part of a range in two; empty for other elements, and when it cannot be split.
  std::function<std::optional<std::pair<Element, Element>>()> halve;

  static constexpr std::size_t kKeyBytesMax = 256;
};

// Yields the elements of one source of a level under given parents, in order. One thread at a time.
class ElementSource {
 public:
  virtual ~ElementSource() = default;
  // nullopt after the last one; `key` is set only where the source itself names its elements. A
  // call that failed may be repeated. What the requests of a parents' list end with.
  virtual absl::StatusOr<std::optional<Element>> Next(std::stop_token stop) = 0;
  // Goes where `at` of an element says, so that the elements from there on come (again). INTERNAL
  // when it is none of this source's.
  virtual absl::Status Restore(json::Node at) = 0;
};

}  // namespace syncline::pull
