#include "pull/paging_outlook.h"

#include <fmt/format.h>

#include "base/status.h"
#include "pull/errand.h"
#include "pull/list.h"
#include "pull/redaction.h"

namespace syncline::pull {
namespace {

std::string TextOf(const http::Request& request) {
  std::string text = fmt::format("{} {}", http::MethodName(request.method),
                                 WithoutSecretParameters(request.url.ToString()));
  for (const auto& [name, value] : request.headers.all())
    text += fmt::format("\n{}: {}", name, value);
  if (!request.body.empty()) text += "\n\n" + request.body;
  return text;
}

}  // namespace

PagingOutlook OutlookOf(const List& list, const paging::Walk& walk, const PulledPage& page,
                        const expression::Scope& names, base::Time run_start) {
  PagingOutlook outlook{.proposal = walk.proposal()};
  const std::string total =
      walk.total() > 0 ? fmt::format(" of {} records by the vendor's own words", walk.total()) : "";
  if (page.last) {
    outlook.paging = fmt::format("The list{} ends with page {}.", total, page.number);
    return outlook;
  }
  const paging::PageRequest next = walk.request();
  outlook.paging = fmt::format("The list{} goes on with {}.", total,
                               Errand{}.ForPage(page.number + 1, next).Describe());
  const auto request = list.RequestFor(next, names, run_start);
  outlook.next_request = request.ok() ? TextOf(*request) : base::MessageOf(request.status());
  return outlook;
}

}  // namespace syncline::pull
