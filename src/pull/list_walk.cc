#include "pull/list_walk.h"

#include <utility>

#include "base/status.h"
#include "pull/response_rules.h"
#include "pull/response_scope.h"

namespace syncline::pull {
// Computed records may refer to the literals of the expressions that yielded them, so the page
// holds the list beside the memory.
struct ListWalk::PageMemory {
  PageMemory(std::shared_ptr<const List> definition, base::Time now)
      : list(std::move(definition)), records(now), steps(now, reshape::kEvaluationStepsMax) {}
  const std::shared_ptr<const List> list;
  expression::Evaluation records;
  expression::Evaluation steps;
};

absl::StatusOr<ListWalk> ListWalk::Begin(std::shared_ptr<const List> list, Place place) {
  SYNCLINE_ASSIGN_OR_RETURN(paging::Walk walk, list->MakeWalk());
  return ListWalk(std::move(list), std::move(place), std::move(walk));
}

absl::StatusOr<reshape::Reshaped> ListWalk::Reshape(const expression::Value& body,
                                                    PageMemory* memory) const {
  const reshape::RecordSteps& steps = list_->steps();
  expression::Value found = body;
  if (!steps.take_body()) {
    SYNCLINE_ASSIGN_OR_RETURN(found, FindRecords(list_->records(), body, list_->response(),
                                                 memory->records, steps.take_objects()));
  }
  reshape::StepContext context(body, place_.names, list_->response().records_may_be_missing(),
                               memory->steps);
  return steps.Apply(found, context);
}

absl::StatusOr<expression::Value> ListWalk::FindRecordsIn(const Answer& answer,
                                                          ListPage* page) const {
  page->document = answer.document;
  page->response_bytes = answer.body_bytes;
  const expression::Value body(answer.document->root());
  page->records = body;
  if (answer.without_content) return body;
  const auto memory = std::make_shared<PageMemory>(list_, place_.client.clock().Now());
  page->memory = memory;
  absl::StatusOr<reshape::Reshaped> reshaped = Reshape(body, memory.get());
  if (!reshaped.ok()) {
    return WithBody(reshaped.status(), json::ToJson(answer.document->root()),
                    place_.client.authenticator());
  }
  page->records = reshaped->records;
  return reshaped->listed;
}

absl::StatusOr<ListPage> ListWalk::Next(std::stop_token stop) {
  const paging::PageRequest asked = walk_.request();
  SYNCLINE_ASSIGN_OR_RETURN(http::Request request,
                            list_->RequestFor(asked, place_.names, place_.run.run_start()));
  SYNCLINE_ASSIGN_OR_RETURN(const Answer answer, Ask(place_.client, std::move(request),
                                                     list_->response(), std::move(stop)));
  ListPage page;
  SYNCLINE_ASSIGN_OR_RETURN(const expression::Value listed, FindRecordsIn(answer, &page));
  const ResponseScope scope(answer.headers, answer.status,
                            expression::Value(answer.document->root()), listed, asked.scope);
  const auto resolve = [&](std::string_view link) {
    return place_.client.ResolveLink(answer.asked, link);
  };
  SYNCLINE_ASSIGN_OR_RETURN(
      const bool more,
      walk_.Advance({.records = listed, .scope = scope.value(), .resolve = resolve}));
  page.last = !more;
  return page;
}

}  // namespace syncline::pull
