#include <fmt/format.h>

#include "base/status.h"
#include "paging/checkpoint_json.h"
#include "paging/walk.h"

namespace syncline::paging {
namespace {

void AppendText(std::string_view name, std::string_view text, std::string* out) {
  *out += fmt::format(R"(,"{}":)", name);
  json::AppendJsonString(text, out);
}

void AppendPairs(std::string_view name, const Pairs& pairs, std::string* out) {
  if (pairs.empty()) return;
  *out += fmt::format(R"(,"{}":[)", name);
  for (const auto& [key, value] : pairs) {
    if (!out->ends_with('[')) *out += ",";
    *out += "[";
    json::AppendJsonString(key, out);
    *out += ",";
    json::AppendJsonString(value, out);
    *out += "]";
  }
  *out += "]";
}

bool ReadPairs(json::Node object, std::string_view key, Pairs* pairs) {
  json::Node list;
  if (!object.Find(key, &list)) return true;
  bool read = list.kind() == json::Kind::kArray;
  expression::Value(list).ForEachElement([&](const expression::Value& pair) {
    const expression::Value name = pair.ElementAt(0);
    const expression::Value value = pair.ElementAt(1);
    read = read && name.kind() == json::Kind::kString && value.kind() == json::Kind::kString;
    if (read) pairs->emplace_back(name.text(), value.text());
  });
  return read;
}

// What is there only when it is needed.
bool ReadOptionalText(json::Node object, std::string_view key, std::string* text) {
  json::Node node;
  return !object.Find(key, &node) || ReadText(object, key, text);
}

bool ReadOptionalCount(json::Node object, std::string_view key, std::int64_t* count) {
  json::Node node;
  return !object.Find(key, &node) || ReadCount(object, key, count);
}

bool ReadPosition(json::Node root, Position* position) {
  json::Node number;
  position->cursor.is_number = root.Find("cursor_is_number", &number);
  return ReadCount(root, "index", &position->index) &&
         ReadCount(root, "offset", &position->offset) &&
         ReadCount(root, "records", &position->records) &&
         ReadOptionalText(root, "cursor", &position->cursor.text) &&
         ReadOptionalText(root, "next_url", &position->next_url) &&
         ReadOptionalText(root, "values", &position->values) &&
         ReadPairs(root, "query", &position->query) &&
         ReadPairs(root, "headers", &position->headers);
}

}  // namespace

std::string Walk::Checkpoint() const {
  std::string out = fmt::format(R"({{"index":{},"offset":{},"records":{},"total":{})",
                                position_.index, position_.offset, position_.records, total_);
  if (declared_page_count_ > 0) out += fmt::format(R"(,"page_count":{})", declared_page_count_);
  if (!position_.cursor.empty()) AppendText("cursor", position_.cursor.text, &out);
  if (position_.cursor.is_number) out += R"(,"cursor_is_number":true)";
  if (!position_.next_url.empty()) AppendText("next_url", position_.next_url, &out);
  if (!position_.values.empty()) AppendText("values", position_.values, &out);
  AppendPairs("query", position_.query, &out);
  AppendPairs("headers", position_.headers, &out);
  if (proposal_.has_value()) {
    AppendText("proposed", WriteProposed(*proposal_), &out);
    AppendText("proposal_reason", proposal_->reason, &out);
  }
  out += R"(,"guard":)";
  guard_.AppendJson(&out);
  out += "}";
  return out;
}

absl::Status Walk::Restore(std::string_view checkpoint) {
  const absl::Status invalid =
      base::Error(base::Reason::kInternal, "The checkpoint of the run cannot be read.");
  const auto document = json::Document::Parse(std::string(checkpoint));
  if (!document.ok()) return invalid;
  const json::Node root = (*document)->root();
  Position position;
  ProgressGuard guard;
  std::int64_t total = 0;
  std::int64_t page_count = 0;
  json::Node guard_node;
  std::string proposed;
  std::string reason;
  const bool read = ReadPosition(root, &position) && ReadCount(root, "total", &total) &&
                    ReadOptionalCount(root, "page_count", &page_count) &&
                    ReadOptionalText(root, "proposed", &proposed) &&
                    ReadOptionalText(root, "proposal_reason", &reason) &&
                    root.Find("guard", &guard_node) && guard.Read(guard_node);
  if (!read) return invalid;
  if (!proposed.empty()) {
    SYNCLINE_ASSIGN_OR_RETURN(Proposal proposal, ReadProposed(proposed, std::move(reason)));
    SYNCLINE_ASSIGN_OR_RETURN(pagination_, CompiledPagination::Compile(proposal.pagination));
    proposal_ = std::move(proposal);
  }
  position_ = std::move(position);
  guard_ = std::move(guard);
  total_ = total;
  declared_page_count_ = page_count;
  return absl::OkStatus();
}

}  // namespace syncline::paging
