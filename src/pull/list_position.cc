#include "pull/list_position.h"

#include <fmt/format.h>

#include <charconv>

#include "base/status.h"
#include "json/document.h"
#include "paging/checkpoint_json.h"

namespace syncline::pull {
namespace {

bool ReadWord(const json::Node& object, std::string_view key, std::uint64_t* word) {
  json::Node node;
  if (!object.Find(key, &node) || node.kind() != json::Kind::kNumber) return false;
  const std::string_view text = node.text();
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *word);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::string WriteListPosition(const ListPosition& position, std::string paging) {
  if (position == ListPosition{}) return paging;
  return fmt::format(
      R"({{"list":{{"restarts":{},"pages":{},"records":{},"high":{},"low":{}}},"paging":{}}})",
      position.restarts, position.pages_before, position.stream.records,
      position.stream.fingerprint.high, position.stream.fingerprint.low, paging);
}

absl::StatusOr<ListPosition> ReadListPosition(std::string_view text, std::string* paging) {
  const absl::Status invalid =
      base::Error(base::Reason::kInternal, "The checkpoint of the list cannot be read.");
  const auto document = json::Document::Parse(std::string(text));
  if (!document.ok()) return invalid;
  const json::Node root = (*document)->root();
  ListPosition position;
  json::Node list;
  json::Node inner;
  if (!root.Find("list", &list)) {
    *paging = text;
    return position;
  }
  const bool read = paging::ReadCount(list, "restarts", &position.restarts) &&
                    paging::ReadCount(list, "pages", &position.pages_before) &&
                    paging::ReadCount(list, "records", &position.stream.records) &&
                    ReadWord(list, "high", &position.stream.fingerprint.high) &&
                    ReadWord(list, "low", &position.stream.fingerprint.low) &&
                    root.Find("paging", &inner);
  if (!read) return invalid;
  *paging = json::ToJson(inner);
  return position;
}

}  // namespace syncline::pull
