#include "pull/list_walk.h"

#include <utility>

#include "base/status.h"
#include "pull/response_rules.h"
#include "pull/response_scope.h"

namespace syncline::pull {
namespace {

// Computed records may refer to the literals of the expression that yielded them, so the page holds
// both.
struct PageMemory {
  PageMemory(const expression::Expression& expression, base::Time now)
      : records(expression), evaluation(now) {}
  const expression::Expression records;
  expression::Evaluation evaluation;
};

}  // namespace

absl::StatusOr<ListWalk> ListWalk::Begin(std::shared_ptr<const List> list, Place place) {
  SYNCLINE_ASSIGN_OR_RETURN(paging::Walk walk, list->MakeWalk());
  return ListWalk(std::move(list), std::move(place), std::move(walk));
}

absl::Status ListWalk::FindRecordsIn(const Answer& answer, ListPage* page) const {
  page->document = answer.document;
  page->response_bytes = answer.body_bytes;
  const auto memory = std::make_shared<PageMemory>(list_->records(), place_.client.clock().Now());
  page->memory = std::shared_ptr<expression::Evaluation>(memory, &memory->evaluation);
  const expression::Value body(answer.document->root());
  if (answer.without_content) {
    page->records = body;
    return absl::OkStatus();
  }
  SYNCLINE_ASSIGN_OR_RETURN(page->records,
                            FindRecords(memory->records, body, list_->response(), *page->memory));
  return absl::OkStatus();
}

absl::StatusOr<ListPage> ListWalk::Next(std::stop_token stop) {
  const paging::PageRequest asked = walk_.request();
  SYNCLINE_ASSIGN_OR_RETURN(http::Request request,
                            list_->RequestFor(asked, place_.names, place_.run.run_start()));
  SYNCLINE_ASSIGN_OR_RETURN(const Answer answer, Ask(place_.client, std::move(request),
                                                     list_->response(), std::move(stop)));
  ListPage page;
  SYNCLINE_RETURN_IF_ERROR(FindRecordsIn(answer, &page));
  const ResponseScope scope(answer.headers, answer.status,
                            expression::Value(answer.document->root()), page.records, asked.scope);
  const auto resolve = [&](std::string_view link) {
    return place_.client.ResolveLink(answer.asked, link);
  };
  SYNCLINE_ASSIGN_OR_RETURN(
      const bool more,
      walk_.Advance({.records = page.records, .scope = scope.value(), .resolve = resolve}));
  page.last = !more;
  return page;
}

}  // namespace syncline::pull
