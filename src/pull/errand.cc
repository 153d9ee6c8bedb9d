#include "pull/errand.h"

#include <fmt/format.h>

namespace syncline::pull {
namespace {

// What of the page before says how to ask for this one.
std::string FoundBy(std::int64_t number, const paging::PageRequest& asked) {
  if (asked.scope.index == 0) return "";
  if (!asked.next_url.empty()) return fmt::format("the next link of page {}", number - 1);
  if (!asked.scope.cursor.empty()) return fmt::format("the token of page {}", number - 1);
  if (asked.scope.offset > 0) return fmt::format("offset {}", asked.scope.offset);
  return "";
}

}  // namespace

Errand Errand::ForPage(std::int64_t number, const paging::PageRequest& asked) const {
  Errand errand = *this;
  if (purpose == model::ExchangePurpose::kDetail) {
    errand.detail_page = number;
  } else {
    errand.page_number = number;
  }
  errand.found = FoundBy(number, asked);
  return errand;
}

std::string Errand::Describe() const {
  std::string text;
  switch (purpose) {
    case model::ExchangePurpose::kPage: text = fmt::format("page {}", page_number); break;
    case model::ExchangePurpose::kParents:
      text = fmt::format("level {}, page {}", name, page_number);
      break;
    case model::ExchangePurpose::kDetail:
      text = fmt::format("detail {} of record {} of page {}", name, record_index + 1, page_number);
      if (detail_page > 1) text += fmt::format(", its page {}", detail_page);
      break;
    case model::ExchangePurpose::kSignIn: return "the sign-in";
    case model::ExchangePurpose::kExportJob: return "the export job: " + name;
  }
  if (!found.empty()) text += ": " + found;
  return text;
}

}  // namespace syncline::pull
