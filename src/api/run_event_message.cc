#include "api/run_event_message.h"

#include <string>

#include "fmt/format.h"
#include "store/resource_row.h"

namespace syncline::api {
namespace {

v1::Run::State ToProto(model::RunState state) {
  v1::Run::State value = v1::Run::STATE_UNSPECIFIED;
  v1::Run::State_Parse(fmt::format("STATE_{}", model::RunStateName(state)), &value);
  return value;
}

v1::Run::Verdict ToProto(model::Verdict verdict) {
  v1::Run::Verdict value = v1::Run::VERDICT_UNSPECIFIED;
  v1::Run::Verdict_Parse(fmt::format("VERDICT_{}", model::VerdictName(verdict)), &value);
  return value;
}

void SetError(const model::RunError& from, v1::RunError* to) {
  to->set_reason(from.reason);
  to->set_message(from.message);
  to->mutable_metadata()->insert(from.metadata.begin(), from.metadata.end());
}

v1::RunCounters ToProto(const model::RunCounters& counters) {
  v1::RunCounters proto;
  proto.set_pages(counters.pages);
  proto.set_records(counters.records);
  proto.set_created(counters.created);
  proto.set_updated(counters.updated);
  proto.set_unchanged(counters.unchanged);
  proto.set_rejected(counters.rejected);
  proto.set_duplicates(counters.duplicates);
  proto.set_skipped(counters.skipped);
  proto.set_missing(counters.missing);
  proto.set_response_bytes(counters.response_bytes);
  proto.set_failed_details(counters.failed_details);
  proto.set_requests(counters.requests);
  proto.set_retries(counters.retries);
  proto.set_total_records(counters.total_records);
  return proto;
}

struct BodyWriter {
  v1::RunEvent& proto;

  void operator()(const model::RunQueued& queued) const {
    proto.mutable_queued()->set_trigger(queued.trigger == model::RunTrigger::kManual
                                            ? v1::Run::TRIGGER_MANUAL
                                            : v1::Run::TRIGGER_SCHEDULE);
  }
  void operator()(const model::RunStarted& started) const {
    proto.mutable_started()->set_attempt(started.attempt);
    proto.mutable_started()->set_page_number(started.page_number);
  }
  void operator()(const model::PageCommitted& page) const {
    v1::PageCommitted& committed = *proto.mutable_page_committed();
    committed.set_page_number(page.page_number);
    *committed.mutable_page() = ToProto(page.page);
    *committed.mutable_total() = ToProto(page.total);
    if (page.doubt.has_value()) SetError(*page.doubt, committed.mutable_doubt());
    committed.set_paging(page.paging);
    if (!page.refusal.has_value()) return;
    committed.mutable_refusal()->set_identity(page.refusal->identity);
    SetError(page.refusal->error, committed.mutable_refusal()->mutable_error());
  }
  void operator()(const model::RunWaiting& waiting) const {
    v1::RunWaiting& proto_waiting = *proto.mutable_waiting();
    proto_waiting.set_attempt(waiting.attempt);
    proto_waiting.set_parked(waiting.parked);
    proto_waiting.mutable_wait()->set_reason(waiting.wait.reason);
    proto_waiting.mutable_wait()->set_message(waiting.wait.message);
    *proto_waiting.mutable_wait()->mutable_until_time() =
        store::ToTimestamp(waiting.wait.until_time);
  }
  void operator()(const model::RunReleased& released) const {
    proto.mutable_released()->set_reason(released.reason);
  }
  void operator()(const model::RunEnded& ended) const {
    v1::RunEnded& proto_ended = *proto.mutable_ended();
    proto_ended.set_state(ToProto(ended.state));
    proto_ended.set_verdict(ToProto(ended.verdict));
    *proto_ended.mutable_counters() = ToProto(ended.counters);
    if (!ended.error.reason.empty()) SetError(ended.error, proto_ended.mutable_error());
  }
};

}  // namespace

v1::RunEvent ToProto(const model::RunEvent& event) {
  v1::RunEvent proto;
  proto.set_sequence(event.sequence);
  *proto.mutable_time() = store::ToTimestamp(event.time);
  std::visit(BodyWriter{proto}, event.body);
  return proto;
}

}  // namespace syncline::api
