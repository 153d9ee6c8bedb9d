#include "xml/tree.h"

#include <fmt/format.h>

#include "base/status.h"

namespace syncline::xml {
namespace {

absl::Status TooLarge(std::string_view what) {
  return base::Error(base::Reason::kResponseTooLarge, fmt::format("The XML {}.", what));
}

absl::Status NotXml(base::Reason reason, std::string_view what) {
  return base::Error(reason, fmt::format("The XML {}.", what));
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

std::string_view LocalName(std::string_view name) {
  return name.substr(name.find(':') + 1);  // npos + 1 is 0
}

absl::Status LoadTree(std::string_view text, const ParseLimits& limits, base::Reason not_xml,
                      pugi::xml_document* tree) {
  if (text.size() > limits.bytes_max) {
    return TooLarge(fmt::format("is larger than {} bytes", limits.bytes_max));
  }
  // The library takes it for the end.
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    return NotXml(not_xml, fmt::format("holds a NUL at byte {}; it must be UTF-8", nul));
  }
  const pugi::xml_parse_result result = tree->load_buffer(
      text.data(), text.size(), pugi::parse_default | pugi::parse_doctype, pugi::encoding_utf8);
  if (!result) {
    return base::Error(
        not_xml,
        fmt::format("The XML cannot be read at byte {}: {}.", result.offset, result.description()),
        {{"offset", fmt::to_string(result.offset)}});
  }
  DepthWalker walker(limits.depth_max);
  tree->traverse(walker);
  if (walker.has_document_type) return NotXml(not_xml, "has a document type, which is refused");
  if (walker.too_deep) return TooLarge(fmt::format("nests deeper than {}", limits.depth_max));
  return absl::OkStatus();
}

}  // namespace syncline::xml
