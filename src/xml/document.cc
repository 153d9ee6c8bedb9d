#include "xml/document.h"

#include <algorithm>
#include <pugixml.hpp>
#include <utility>

#include "base/status.h"
#include "xml/tree.h"

namespace syncline::xml {

struct Document::Tree {
  pugi::xml_document document;
};

Document::Document(std::unique_ptr<Tree> tree) : tree_(std::move(tree)) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

absl::StatusOr<Document> Document::Parse(std::string_view text, const ParseLimits& limits) {
  auto tree = std::make_unique<Tree>();
  SYNCLINE_RETURN_IF_ERROR(
      LoadTree(text, limits, base::Reason::kUnexpectedContentType, &tree->document));
  return Document(std::move(tree));
}

std::optional<std::string> Document::Text(std::string_view path) const {
  pugi::xml_node node = tree_->document;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view name = path.substr(0, end);
    node = node.find_child([&](const pugi::xml_node& child) {
      return child.type() == pugi::node_element && LocalName(child.name()) == name;
    });
    if (!node) return std::nullopt;
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return node.text().get();
}

}  // namespace syncline::xml
