#include "xml/json_text.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <pugixml.hpp>

#include "base/status.h"
#include "json/document.h"
#include "xml/tree.h"

namespace syncline::xml {
namespace {

// Writes one tree. As deep as the tree in calls, which its limit bounds.
class Writer {
 public:
  Writer(const std::vector<std::string>& lists, std::string* out) : out_(*out) {
    for (const std::string& path : lists) {
      const std::size_t slash = path.rfind('/');
      if (slash == std::string::npos) continue;  // the root is one
      lists_[path.substr(0, slash)].push_back(path.substr(slash + 1));
    }
  }

  void Document(const pugi::xml_node& root) {
    path_ = LocalName(root.name());
    out_ += '{';
    Key(path_);
    Element(root);
    out_ += '}';
  }

 private:
  struct Child {
    std::string_view name;
    std::size_t place;  // among the children
    pugi::xml_node node;
  };
  using Children = std::vector<Child>;
  using Group = std::pair<Children::const_iterator, Children::const_iterator>;

  void Element(const pugi::xml_node& element) {
    Children children;
    std::string text;
    for (const pugi::xml_node& node : element) {
      if (node.type() == pugi::node_element) {
        children.push_back({LocalName(node.name()), children.size(), node});
      } else if (node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata) {
        text += node.value();
      }
    }
    const auto lists = lists_.find(path_);
    const bool is_text = children.empty() && lists == lists_.end() && !HasAttributes(element);
    if (is_text) return Text(text);
    members_ = 0;
    out_ += '{';
    Attributes(element);
    if (!text.empty()) {
      Member("#text");
      json::AppendJsonString(text, &out_);
    }
    Members(std::move(children), lists == lists_.end() ? nullptr : &lists->second);
    out_ += '}';
  }

  void Text(const std::string& text) {
    if (text.empty()) {
      out_ += "null";
    } else {
      json::AppendJsonString(text, &out_);
    }
  }

  static bool IsDeclaration(std::string_view name) {
    return name == "xmlns" || name.starts_with("xmlns:");
  }

  static bool HasAttributes(const pugi::xml_node& element) {
    const auto attributes = element.attributes();
    return std::any_of(attributes.begin(), attributes.end(),
                       [](const auto& one) { return !IsDeclaration(one.name()); });
  }

  void Attributes(const pugi::xml_node& element) {
    for (const pugi::xml_attribute& attribute : element.attributes()) {
      if (IsDeclaration(attribute.name())) continue;
      Member("@" + std::string(LocalName(attribute.name())));
      json::AppendJsonString(attribute.value(), &out_);
    }
  }

  void Members(Children children, const std::vector<std::string>* lists) {
    std::stable_sort(children.begin(), children.end(),
                     [](const Child& a, const Child& b) { return a.name < b.name; });
    std::vector<Group> groups;
    for (auto at = children.cbegin(); at != children.cend();) {
      const auto end = std::find_if(at, children.cend(),
                                    [&](const Child& child) { return child.name != at->name; });
      groups.emplace_back(at, end);
      at = end;
    }
    std::sort(groups.begin(), groups.end(),
              [](const Group& a, const Group& b) { return a.first->place < b.first->place; });
    std::size_t written = members_;
    const auto is_list = [&](std::string_view name) {
      return lists != nullptr && std::ranges::find(*lists, name) != lists->end();
    };
    for (const Group& group : groups) {
      members_ = written++;
      Member(group.first->name);
      Values(group, is_list(group.first->name));
    }
    if (lists == nullptr) return;
    for (const std::string& name : *lists) {
      const bool is_there = std::ranges::any_of(
          groups, [&](const Group& group) { return group.first->name == name; });
      if (is_there) continue;
      members_ = written++;
      Member(name);
      out_ += "[]";
    }
  }

  void Values(const Group& group, bool is_list) {
    is_list = is_list || std::distance(group.first, group.second) > 1;
    const std::size_t path_size = path_.size();
    path_ += '/';
    path_ += group.first->name;
    if (is_list) out_ += '[';
    for (auto child = group.first; child != group.second; ++child) {
      if (child != group.first) out_ += ',';
      Element(child->node);
    }
    if (is_list) out_ += ']';
    path_.resize(path_size);
  }

  // Begins a member of the object that is being written.
  void Member(std::string_view name) {
    if (members_++ > 0) out_ += ',';
    Key(name);
  }

  void Key(std::string_view name) {
    json::AppendJsonString(name, &out_);
    out_ += ':';
  }

  std::map<std::string, std::vector<std::string>, std::less<>> lists_;  // by the parent's path
  std::string path_;
  std::size_t members_ = 0;  // written of the innermost object
  std::string& out_;
};

}  // namespace

absl::StatusOr<std::string> ToJsonText(std::string_view text, const std::vector<std::string>& lists,
                                       const ParseLimits& limits) {
  pugi::xml_document tree;
  SYNCLINE_RETURN_IF_ERROR(LoadTree(text, limits, base::Reason::kBodyInvalid, &tree));
  std::string out;
  out.reserve(text.size());
  Writer(lists, &out).Document(tree.document_element());
  return out;
}

}  // namespace syncline::xml
