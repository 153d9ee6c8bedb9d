#include "pull/list_walk.h"

#include <fmt/format.h>

#include <utility>

#include "base/status.h"
#include "pull/exchange_log.h"
#include "pull/page_memory.h"
#include "pull/response_rules.h"
#include "pull/response_scope.h"

namespace syncline::pull {
namespace {

// "12 records at data.items"
std::string DescribeRecords(const Answer& answer, const ListPage& page, const List& list) {
  if (answer.without_content) return "no page";
  const std::string_view path = list.records().text();
  std::string text = fmt::format("{} records", page.records.size());
  if (path != "@") text += fmt::format(" at {}", path);
  return text;
}

}  // namespace

absl::StatusOr<ListWalk> ListWalk::Begin(std::shared_ptr<const List> list, Place place) {
  paging::Walk pages = list->MakeWalk();
  ListWalk walk(std::move(list), std::move(place), std::move(pages));
  const Place& here = walk.place_;
  if (walk.list_->export_job() != nullptr) {
    walk.job_ = std::make_unique<ExportJob>(walk.list_->export_job(), here.client,
                                            here.run.run_start(), here.clean_ups);
  }
  if (here.incremental == nullptr) return walk;
  SYNCLINE_ASSIGN_OR_RETURN(std::string initial,
                            here.incremental->Initial(here.run.names(), here.run.run_start()));
  walk.watermark_ =
      std::make_unique<Watermark>(here.incremental, here.run.run_start(), std::move(initial));
  return walk;
}

absl::Status ListWalk::BeginState() {
  names_ = place_.names;
  if (watermark_ == nullptr) return absl::OkStatus();
  if (!watermark_->begun()) {
    std::optional<std::int64_t> state;
    if (place_.states != nullptr) {
      SYNCLINE_ASSIGN_OR_RETURN(state, place_.states->Find(place_.partition));
    }
    watermark_->Begin(state);
  }
  place_.names.Set("state", watermark_->value());
  names_ = place_.names;
  return absl::OkStatus();
}

std::string ListWalk::Checkpoint() const {
  std::string list = WriteListPosition(position_, walk_.Checkpoint());
  if (job_ != nullptr) list = job_->Checkpoint(list);
  return watermark_ == nullptr ? list : watermark_->Checkpoint(list);
}

absl::Status ListWalk::Restore(std::string_view checkpoint) {
  std::string list(checkpoint);
  if (watermark_ != nullptr) SYNCLINE_RETURN_IF_ERROR(watermark_->Restore(checkpoint, &list));
  if (job_ != nullptr) {
    const std::string around = std::move(list);
    SYNCLINE_RETURN_IF_ERROR(job_->Restore(around, place_.names, &list));
  }
  std::string paging;
  SYNCLINE_ASSIGN_OR_RETURN(position_, ReadListPosition(list, &paging));
  return walk_.Restore(paging);
}

absl::StatusOr<reshape::Reshaped> ListWalk::Reshape(const expression::Value& body,
                                                    PageMemory* memory) const {
  const reshape::RecordSteps& steps = list_->steps();
  expression::Value found = body;
  if (!steps.take_body()) {
    SYNCLINE_ASSIGN_OR_RETURN(found, FindRecords(list_->records(), body, list_->rules().spec(),
                                                 memory->records, steps.take_objects()));
  }
  reshape::StepContext context(body, names_, list_->rules().spec().records_may_be_missing(),
                               memory->steps);
  return steps.Apply(found, context);
}

absl::StatusOr<expression::Value> ListWalk::FindRecordsIn(const Answer& answer, PageMemory* memory,
                                                          ListPage* page) const {
  page->document = answer.document;
  page->response_bytes = answer.body_bytes;
  const expression::Value body(answer.document->root());
  page->records = body;
  if (answer.without_content) return body;
  absl::StatusOr<reshape::Reshaped> reshaped = Reshape(body, memory);
  if (!reshaped.ok()) {
    return WithBody(reshaped.status(), json::ToJson(answer.document->root()),
                    place_.client.authenticator());
  }
  page->records = reshaped->records;
  return reshaped->listed;
}

absl::StatusOr<Answer> ListWalk::AnswerTo(const paging::PageRequest& page, std::stop_token stop) {
  const auto parallel = static_cast<std::size_t>(list_->pagination().parallel_page_count);
  if (ahead_ == nullptr) {
    // Not this walk: it may be moved.
    const std::string part_url(job_ == nullptr ? "" : job_->part_url());
    auto fetch = [list = list_, place = place_, names = names_, part_url,
                  before = position_.pages_before](
                     const paging::PageRequest& asked,
                     std::stop_token fetch_stop) -> absl::StatusOr<Answer> {
      SYNCLINE_ASSIGN_OR_RETURN(http::Request request,
                                list->RequestFor(asked, names, place.run.run_start(), part_url));
      return Ask(place.client, std::move(request), list->rules(), std::move(fetch_stop),
                 &list->pagination(), place.errand.ForPage(before + asked.scope.index + 1, asked));
    };
    ahead_ = std::make_unique<AnswersAhead>(
        std::move(fetch),
        AnswersAhead::Limits{.parallel_count = parallel,
                             .body_bytes_max = place_.client.limits().page_bytes_max});
  }
  // Twice as many as are on the wire: one that comes late holds up none behind it.
  return ahead_->Take(page,
                      parallel > 1 ? walk_.Ahead(2 * parallel) : std::vector<paging::PageRequest>(),
                      std::move(stop));
}

absl::Status ListWalk::Advance(const Answer& answer, const expression::Value& listed,
                               std::int64_t listed_before, const ResponseScope& scope,
                               ListPage* page) {
  const bool is_first = walk_.page_number() == 1 && (job_ == nullptr || job_->part_index() == 0);
  const auto resolve = [&](std::string_view link) {
    return place_.client.ResolveLink(answer.asked, link);
  };
  SYNCLINE_ASSIGN_OR_RETURN(const bool more,
                            walk_.Advance({.records = listed,
                                           .records_before = listed_before,
                                           .scope = scope.value(),
                                           .resolve = resolve,
                                           .no_such_page = answer.without_content,
                                           .asked = answer.asked,
                                           .asked_with_body = answer.asked_with_body}));
  page->last = !more;
  page->doubt = walk_.doubt();
  if (is_first && walk_.proposal().has_value()) page->paging = walk_.proposal()->reason;
  return absl::OkStatus();
}

absl::Status ListWalk::CountRestart() {
  if (position_.restarts == kRestartsMax) {
    return base::Error(base::Reason::kVendorError,
                       fmt::format("The list had to begin again more than {} times.", kRestartsMax),
                       {{"restarts", std::to_string(kRestartsMax)}});
  }
  ++position_.restarts;
  return absl::OkStatus();
}

absl::Status ListWalk::BeginAgain() {
  SYNCLINE_RETURN_IF_ERROR(CountRestart());
  WalkFrom(page_number());
  return absl::OkStatus();
}

void ListWalk::WalkFrom(std::int64_t page_number) {
  position_.pages_before = page_number - 1;
  walk_ = list_->MakeWalk();
  ahead_.reset();  // what is on the wire was asked for by the walk that ended
}

absl::StatusOr<ListPage> ListWalk::Order(std::stop_token stop) {
  SYNCLINE_ASSIGN_OR_RETURN(const http::Headers headers,
                            job_->Order(place_.names, std::move(stop)));
  // What changes from now on is not in the export, however late it is fetched.
  if (watermark_ != nullptr) watermark_->NoteBeginning(headers);
  WalkFrom(page_number() + 1);
  return ListPage{.records = expression::Value::Array({}), .begins_list = true};
}

absl::StatusOr<std::optional<ListPage>> ListWalk::BeginPart(std::stop_token stop) {
  if (!job_->is_ordered()) return Order(std::move(stop));
  SYNCLINE_ASSIGN_OR_RETURN(const ExportJob::Outcome outcome, job_->Await(place_.names, stop));
  if (outcome != ExportJob::Outcome::kReady) WalkFrom(page_number());
  if (outcome == ExportJob::Outcome::kGone) return Order(std::move(stop));
  job_->AddNames(&names_);
  if (job_->part_count() > 0) return std::optional<ListPage>();
  ListPage page{.records = expression::Value::Array({}), .last = true};
  EndList(&page);
  return page;
}

void ListWalk::EndList(ListPage* page) {
  if (watermark_ != nullptr) page->state = watermark_->Outcome();
  page->ends_job = job_ != nullptr;
}

absl::StatusOr<Answer> ListWalk::AnswerOfPart(const paging::PageRequest& page,
                                              std::stop_token stop) {
  absl::StatusOr<Answer> answer = AnswerTo(page, stop);
  if (answer.ok() || job_ == nullptr) return answer;
  ahead_.reset();  // its threads see the names of the job
  SYNCLINE_ASSIGN_OR_RETURN(const bool renewed,
                            job_->RenewUrl(answer.status(), place_.names, stop));
  job_->AddNames(&names_);
  if (renewed) answer = AnswerTo(page, std::move(stop));
  if (!answer.ok()) return job_->OfDownload(answer.status());
  return answer;
}

absl::StatusOr<Answer> ListWalk::AskForPage(paging::PageRequest* asked, std::stop_token stop) {
  while (true) {
    *asked = walk_.request();
    SYNCLINE_ASSIGN_OR_RETURN(Answer answer, AnswerOfPart(*asked, stop));
    if (!answer.restarts_list) return answer;
    SYNCLINE_RETURN_IF_ERROR(BeginAgain());
  }
}

absl::StatusOr<ListPage> ListWalk::Next(std::stop_token stop) {
  SYNCLINE_RETURN_IF_ERROR(BeginState());
  if (job_ != nullptr) {
    SYNCLINE_ASSIGN_OR_RETURN(std::optional<ListPage> page, BeginPart(stop));
    if (page.has_value()) return *std::move(page);
  }
  if (list_->cutting().has_value()) return NextOfStream(std::move(stop));
  paging::PageRequest asked;
  SYNCLINE_ASSIGN_OR_RETURN(const Answer answer, AskForPage(&asked, std::move(stop)));
  return Turn(answer, asked);
}

absl::StatusOr<ListPage> ListWalk::Turn(const Answer& answer, const paging::PageRequest& asked) {
  const std::int64_t number = page_number();
  absl::StatusOr<ListPage> page = PageOf(answer, asked);
  Explain(answer.exchange_id, number, page.ok() ? DescribeRecords(answer, *page, *list_) : "",
          page);
  return page;
}

void ListWalk::Explain(std::int64_t exchange_id, std::int64_t number, std::string_view records,
                       const absl::StatusOr<ListPage>& page) {
  ExchangeLog* const exchanges = place_.client.exchanges();
  if (exchanges != nullptr && !page.ok()) exchanges->Refuse(exchange_id, page.status());
  if (!page.ok()) return;
  if (exchanges != nullptr && exchange_id != 0) {
    // "12 records at data.items; the list ends here"
    exchanges->Accept(
        exchange_id,
        fmt::format("{}; {}", records, page->last ? "the list ends here" : "more pages follow"));
    if (!page->doubt.ok()) exchanges->Refuse(exchange_id, page->doubt);
  }
  if (place_.outlook != nullptr) {
    *place_.outlook =
        OutlookOf(*list_, walk_, {number, page->last}, names_, place_.run.run_start());
  }
}

absl::StatusOr<ListPage> ListWalk::PageOf(const Answer& answer, const paging::PageRequest& asked) {
  ListPage page{.begins_list = asked.scope.index == 0 && job_ == nullptr};
  const auto memory = std::make_shared<PageMemory>(list_, place_.client.clock().Now());
  page.memory = memory;
  SYNCLINE_ASSIGN_OR_RETURN(const expression::Value listed,
                            FindRecordsIn(answer, memory.get(), &page));
  const ResponseScope scope(names_, answer.headers, answer.status,
                            expression::Value(answer.document->root()), listed, asked.scope);
  Watermark::Observed observed{.records = page.records};
  if (watermark_ != nullptr) {
    SYNCLINE_ASSIGN_OR_RETURN(observed, watermark_->Observe(answer.headers, page.records,
                                                            scope.value(), &memory->records));
  }
  SYNCLINE_RETURN_IF_ERROR(Advance(answer, listed, 0, scope, &page));
  page.records = observed.records;
  if (page.last && !observed.ends && job_ != nullptr) {
    ahead_.reset();
    page.last = !job_->NextPart();
    if (!page.last) WalkFrom(page_number() + 1);
  }
  page.last = page.last || observed.ends;
  if (page.last) EndList(&page);
  return page;
}

}  // namespace syncline::pull
