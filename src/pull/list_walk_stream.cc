// The part of ListWalk that walks answers which are cut into pages while they are received.
#include <fmt/format.h>

#include <utility>

#include "base/status.h"
#include "decode/body.h"
#include "pull/exchange_log.h"
#include "pull/list_walk.h"
#include "pull/page_memory.h"
#include "pull/response_rules.h"
#include "pull/response_scope.h"

namespace syncline::pull {

using expression::Value;

absl::Status ListWalk::OpenStream() {
  streamed_ = walk_.request();
  SYNCLINE_ASSIGN_OR_RETURN(http::Request request,
                            list_->RequestFor(streamed_, names_, place_.run.run_start(), ""));
  stream_ = std::make_unique<RecordStream>(
      RecordStream::Options{.client = place_.client,
                            .list = list_,
                            .request = std::move(request),
                            .errand = place_.errand.ForPage(page_number(), streamed_),
                            .position = position_.stream});
  return absl::OkStatus();
}

absl::StatusOr<ListPage> ListWalk::NextOfStream(std::stop_token stop) {
  while (true) {
    if (stream_ == nullptr) SYNCLINE_RETURN_IF_ERROR(OpenStream());
    absl::StatusOr<RecordStream::Part> part = stream_->Next(stop);
    if (part.ok() && part->page.has_value()) {
      const std::int64_t exchange = stream_->exchange_id();
      const std::int64_t number = page_number();
      const std::int64_t records = stream_->position().records;
      absl::StatusOr<ListPage> page = TurnStreamed(*std::move(part->page));
      // Once per answer, however many pages it is cut into; a preview hears of each.
      if (stream_ == nullptr || !page.ok() || place_.outlook != nullptr) {
        Explain(exchange, number, fmt::format("{} records, cut while they came", records), page);
      }
      if (!page.ok()) stream_.reset();  // to be asked for again, from where the walk stands
      return page;
    }
    const std::int64_t exchange = stream_->exchange_id();
    stream_.reset();
    if (!part.ok()) {
      if (ExchangeLog* const log = place_.client.exchanges(); log != nullptr) {
        log->Refuse(exchange, part.status());
      }
      return part.status();
    }
    position_.stream = {};
    if (!part->answer.has_value()) {
      // Not the list that was begun: what was handed out is not its beginning, so all of it is new.
      SYNCLINE_RETURN_IF_ERROR(CountRestart());
      cuts_anew_ = true;
    } else if (part->answer->restarts_list) {
      SYNCLINE_RETURN_IF_ERROR(BeginAgain());
    } else {
      return Turn(*part->answer, streamed_);
    }
  }
}

absl::StatusOr<ListPage> ListWalk::PageOfCut(decode::RecordPage::Cut cut) {
  std::string refused;
  auto document = decode::ParsePage(std::move(cut), list_->rules().spec(), &refused);
  if (!document.ok()) {
    return WithBody(document.status(), refused, place_.client.authenticator());
  }
  ListPage page{.document = *std::move(document)};
  page.begins_list = position_.stream.records == 0 && (cuts_anew_ || streamed_.scope.index == 0);
  return page;
}

absl::StatusOr<ListPage> ListWalk::TurnStreamed(RecordStream::Page cut) {
  const std::int64_t listed_before = stream_->position().records - cut.cut.count;
  SYNCLINE_ASSIGN_OR_RETURN(ListPage page, PageOfCut(std::move(cut.cut)));
  page.response_bytes = cut.body_bytes;
  const auto memory = std::make_shared<PageMemory>(list_, place_.client.clock().Now());
  page.memory = memory;
  const Value listed(page.document->root());
  const Value body;  // nobody holds it
  reshape::StepContext context(body, names_, true, memory->steps);
  SYNCLINE_ASSIGN_OR_RETURN(const reshape::Reshaped reshaped,
                            list_->steps().Apply(listed, context));
  http::Response head = stream_->head();
  const Answer answer{.asked = stream_->asked().url,
                      .asked_with_body = !stream_->asked().body.empty(),
                      .status = head.status,
                      .headers = std::move(head.headers)};
  const ResponseScope scope(names_, answer.headers, answer.status, body, Value::Array({}),
                            streamed_.scope);
  Watermark::Observed observed{.records = reshaped.records};
  if (watermark_ != nullptr) {
    SYNCLINE_ASSIGN_OR_RETURN(observed, watermark_->Observe(answer.headers, reshaped.records,
                                                            scope.value(), &memory->records));
  }
  page.records = observed.records;
  if (!cut.last && !observed.ends) {
    position_.stream = stream_->position();
    ++position_.pages_before;
  } else {
    SYNCLINE_RETURN_IF_ERROR(Advance(answer, listed, listed_before, scope, &page));
    position_.stream = {};
    stream_.reset();
    page.last = page.last || observed.ends;
    if (page.last) EndList(&page);
  }
  cuts_anew_ = false;
  return page;
}

}  // namespace syncline::pull
