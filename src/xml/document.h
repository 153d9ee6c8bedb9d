#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace syncline::xml {

struct ParseLimits {
  std::size_t depth_max = 32;  // nesting of elements
  std::size_t bytes_max = std::size_t{256} << 10;
};

// One parsed XML text, immutable: for the small answers of protocols. Built-in entities and
// character references are resolved; a document type is refused, so no entity can be declared, let
// alone expanded. Safe for concurrent reading.
class Document {
 public:
  // RESPONSE_TOO_LARGE for what exceeds a limit, UNEXPECTED_CONTENT_TYPE for
  // text that is not XML or has a document type; the message says which and, where known, at which
  // byte.
  static absl::StatusOr<Document> Parse(std::string_view text, const ParseLimits& limits = {});
  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;
  ~Document();

  // Text of the first element at a path of local names from the root, e.g. "Response/Error/Code".
  // Prefixes of name spaces are not looked at. nullopt when there is no such element.
  std::optional<std::string> Text(std::string_view path) const;

 private:
  struct Tree;
  explicit Document(std::unique_ptr<Tree> tree);
  std::unique_ptr<Tree> tree_;
};

}  // namespace syncline::xml
