#include "xml/document.h"

#include <fmt/format.h>

#include <algorithm>
#include <pugixml.hpp>
#include <utility>

#include "base/status.h"

namespace syncline::xml {
namespace {

absl::Status TooLarge(std::string_view what) {
  return base::Error(base::Reason::kResponseTooLarge, fmt::format("The XML {}.", what));
}

absl::Status NotXml(std::string_view what) {
  return base::Error(base::Reason::kUnexpectedContentType, fmt::format("The XML {}.", what));
}

std::string_view LocalName(const pugi::xml_node& node) {
  const std::string_view name = node.name();
  return name.substr(name.find(':') + 1);  // npos + 1 is 0
}

// Walks without recursion.
class DepthWalker final : public pugi::xml_tree_walker {
 public:
  explicit DepthWalker(std::size_t depth_max) : depth_max_(depth_max) {}
  bool for_each(pugi::xml_node& node) override {
    if (node.type() == pugi::node_doctype) has_document_type = true;
    too_deep =
        node.type() == pugi::node_element && static_cast<std::size_t>(depth()) + 1 > depth_max_;
    return !has_document_type && !too_deep;
  }
  bool has_document_type = false;
  bool too_deep = false;

 private:
  const std::size_t depth_max_;
};

}  // namespace

struct Document::Tree {
  pugi::xml_document document;
};

Document::Document(std::unique_ptr<Tree> tree) : tree_(std::move(tree)) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

absl::StatusOr<Document> Document::Parse(std::string_view text, const ParseLimits& limits) {
  if (text.size() > limits.bytes_max) {
    return TooLarge(fmt::format("is larger than {} bytes", limits.bytes_max));
  }
  auto tree = std::make_unique<Tree>();
  const pugi::xml_parse_result result = tree->document.load_buffer(
      text.data(), text.size(), pugi::parse_default | pugi::parse_doctype, pugi::encoding_utf8);
  if (!result) {
    return NotXml(
        fmt::format("cannot be read at byte {}: {}", result.offset, result.description()));
  }
  DepthWalker walker(limits.depth_max);
  tree->document.traverse(walker);
  if (walker.has_document_type) return NotXml("has a document type, which is refused");
  if (walker.too_deep) return TooLarge(fmt::format("nests deeper than {}", limits.depth_max));
  return Document(std::move(tree));
}

std::optional<std::string> Document::Text(std::string_view path) const {
  pugi::xml_node node = tree_->document;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view name = path.substr(0, end);
    node = node.find_child([&](const pugi::xml_node& child) {
      return child.type() == pugi::node_element && LocalName(child) == name;
    });
    if (!node) return std::nullopt;
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return node.text().get();
}

}  // namespace syncline::xml
