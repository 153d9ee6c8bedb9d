#include "pull/list_position.h"

#include <fmt/format.h>

#include "base/status.h"
#include "json/document.h"
#include "paging/checkpoint_json.h"

namespace syncline::pull {

std::string WriteListPosition(const ListPosition& position, std::string paging) {
  if (position == ListPosition{}) return paging;
  return fmt::format(R"({{"list":{{"restarts":{},"pages":{}}},"paging":{}}})", position.restarts,
                     position.pages_before, paging);
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
                    root.Find("paging", &inner);
  if (!read) return invalid;
  *paging = json::ToJson(inner);
  return position;
}

}  // namespace syncline::pull
