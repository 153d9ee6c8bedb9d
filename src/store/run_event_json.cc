#include "store/run_event_json.h"

#include <chrono>

#include "base/status.h"
#include "fmt/format.h"
#include "store/proto_json.h"
#include "syncline/v1/run_event.pb.h"

namespace syncline::store {
namespace {

v1::RunCounters ToProto(const model::RunCounters& from) {
  v1::RunCounters to;
  to.set_pages(from.pages);
  to.set_records(from.records);
  to.set_created(from.created);
  to.set_updated(from.updated);
  to.set_unchanged(from.unchanged);
  to.set_rejected(from.rejected);
  to.set_duplicates(from.duplicates);
  to.set_skipped(from.skipped);
  to.set_missing(from.missing);
  to.set_response_bytes(from.response_bytes);
  to.set_failed_details(from.failed_details);
  to.set_requests(from.requests);
  to.set_retries(from.retries);
  to.set_total_records(from.total_records);
  return to;
}

model::RunCounters FromProto(const v1::RunCounters& from) {
  return {.pages = from.pages(),
          .records = from.records(),
          .created = from.created(),
          .updated = from.updated(),
          .unchanged = from.unchanged(),
          .rejected = from.rejected(),
          .duplicates = from.duplicates(),
          .skipped = from.skipped(),
          .missing = from.missing(),
          .response_bytes = from.response_bytes(),
          .requests = from.requests(),
          .retries = from.retries(),
          .failed_details = from.failed_details(),
          .total_records = from.total_records()};
}

v1::RunError ToProto(const model::RunError& from) {
  v1::RunError to;
  to.set_reason(from.reason);
  to.set_message(from.message);
  for (const auto& [key, value] : from.metadata) (*to.mutable_metadata())[key] = value;
  return to;
}

model::RunError FromProto(const v1::RunError& from) {
  return {.reason = from.reason(),
          .message = from.message(),
          .metadata = {from.metadata().begin(), from.metadata().end()}};
}

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

v1::RunWait ToProto(const model::RunWait& from) {
  v1::RunWait to;
  to.set_reason(from.reason);
  to.set_message(from.message);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(from.until_time);
  to.mutable_until_time()->set_seconds(seconds.time_since_epoch().count());
  to.mutable_until_time()->set_nanos(static_cast<std::int32_t>(
      std::chrono::nanoseconds(from.until_time - seconds).count() % kNanosecondsPerSecond));
  return to;
}

model::RunWait FromProto(const v1::RunWait& from) {
  const auto since_epoch = std::chrono::seconds(from.until_time().seconds()) +
                           std::chrono::nanoseconds(from.until_time().nanos());
  return {.reason = from.reason(),
          .message = from.message(),
          .until_time = base::Time(std::chrono::duration_cast<base::Time::duration>(since_epoch))};
}

// Enum names of the wire are the stored ones behind a prefix.
template <typename Enum>
Enum ParseEnum(bool (*parse)(const std::string&, Enum*), std::string_view prefix,
               std::string_view name) {
  Enum value{};
  if (!name.empty()) parse(fmt::format("{}{}", prefix, name), &value);
  return value;
}

bool ParseTrigger(const std::string& name, v1::Run::Trigger* to) {
  return v1::Run::Trigger_Parse(name, to);
}
bool ParseState(const std::string& name, v1::Run::State* to) {
  return v1::Run::State_Parse(name, to);
}
bool ParseVerdict(const std::string& name, v1::Run::Verdict* to) {
  return v1::Run::Verdict_Parse(name, to);
}

std::string_view WithoutPrefix(std::string_view name, std::string_view prefix) {
  return name.substr(name.starts_with(prefix) ? prefix.size() : 0);
}

struct Encoder {
  std::string operator()(const model::RunQueued& event) const {
    v1::RunQueued to;
    to.set_trigger(ParseEnum(&ParseTrigger, "TRIGGER_", model::RunTriggerName(event.trigger)));
    return ToProtoJson(to);
  }
  std::string operator()(const model::RunStarted& event) const {
    v1::RunStarted to;
    to.set_attempt(event.attempt);
    to.set_page_number(event.page_number);
    return ToProtoJson(to);
  }
  std::string operator()(const model::PageCommitted& event) const {
    v1::PageCommitted to;
    to.set_page_number(event.page_number);
    *to.mutable_page() = ToProto(event.page);
    *to.mutable_total() = ToProto(event.total);
    if (event.refusal.has_value()) {
      to.mutable_refusal()->set_identity(event.refusal->identity);
      *to.mutable_refusal()->mutable_error() = ToProto(event.refusal->error);
    }
    if (event.doubt.has_value()) *to.mutable_doubt() = ToProto(*event.doubt);
    to.set_paging(event.paging);
    return ToProtoJson(to);
  }
  std::string operator()(const model::RunWaiting& event) const {
    v1::RunWaiting to;
    *to.mutable_wait() = ToProto(event.wait);
    to.set_attempt(event.attempt);
    to.set_parked(event.parked);
    return ToProtoJson(to);
  }
  std::string operator()(const model::RunReleased& event) const {
    v1::RunReleased to;
    to.set_reason(event.reason);
    return ToProtoJson(to);
  }
  std::string operator()(const model::RunEnded& event) const {
    v1::RunEnded to;
    to.set_state(ParseEnum(&ParseState, "STATE_", model::RunStateName(event.state)));
    to.set_verdict(ParseEnum(&ParseVerdict, "VERDICT_", model::VerdictName(event.verdict)));
    // Most runs that succeed have no error.
    if (event.error != model::RunError{}) *to.mutable_error() = ToProto(event.error);
    *to.mutable_counters() = ToProto(event.counters);
    return ToProtoJson(to);
  }
};

absl::StatusOr<model::RunEventBody> DecodeEnded(std::string_view payload) {
  v1::RunEnded from;
  SYNCLINE_RETURN_IF_ERROR(FromProtoJson(payload, &from));
  model::RunEnded event{.error = FromProto(from.error()), .counters = FromProto(from.counters())};
  SYNCLINE_ASSIGN_OR_RETURN(event.state, model::ParseRunState(WithoutPrefix(
                                             v1::Run::State_Name(from.state()), "STATE_")));
  if (from.verdict() == v1::Run::VERDICT_UNSPECIFIED) {
    event.verdict = model::Verdict::kNone;
  } else {
    SYNCLINE_ASSIGN_OR_RETURN(
        event.verdict,
        model::ParseVerdict(WithoutPrefix(v1::Run::Verdict_Name(from.verdict()), "VERDICT_")));
  }
  return event;
}

}  // namespace

std::string EncodeRunEvent(const model::RunEventBody& body) { return std::visit(Encoder{}, body); }

absl::StatusOr<model::RunEventBody> DecodeRunEvent(std::string_view kind,
                                                   std::string_view payload) {
  if (kind == "queued") {
    v1::RunQueued from;
    SYNCLINE_RETURN_IF_ERROR(FromProtoJson(payload, &from));
    SYNCLINE_ASSIGN_OR_RETURN(
        const model::RunTrigger trigger,
        model::ParseRunTrigger(WithoutPrefix(v1::Run::Trigger_Name(from.trigger()), "TRIGGER_")));
    return model::RunQueued{.trigger = trigger};
  }
  if (kind == "started") {
    v1::RunStarted from;
    SYNCLINE_RETURN_IF_ERROR(FromProtoJson(payload, &from));
    return model::RunStarted{.attempt = from.attempt(), .page_number = from.page_number()};
  }
  if (kind == "page_committed") {
    v1::PageCommitted from;
    SYNCLINE_RETURN_IF_ERROR(FromProtoJson(payload, &from));
    model::PageCommitted event{.page_number = from.page_number(),
                               .page = FromProto(from.page()),
                               .total = FromProto(from.total())};
    if (from.has_refusal()) {
      event.refusal = {from.refusal().identity(), FromProto(from.refusal().error())};
    }
    if (from.has_doubt()) event.doubt = FromProto(from.doubt());
    event.paging = from.paging();
    return event;
  }
  if (kind == "waiting") {
    v1::RunWaiting from;
    SYNCLINE_RETURN_IF_ERROR(FromProtoJson(payload, &from));
    return model::RunWaiting{
        .wait = FromProto(from.wait()), .attempt = from.attempt(), .parked = from.parked()};
  }
  if (kind == "released") {
    v1::RunReleased from;
    SYNCLINE_RETURN_IF_ERROR(FromProtoJson(payload, &from));
    return model::RunReleased{.reason = from.reason()};
  }
  if (kind == "ended") return DecodeEnded(payload);
  return base::Error(base::Reason::kInternal,
                     fmt::format("Stored event kind {} is unknown.", kind));
}

std::string EncodeCounters(const model::RunCounters& counters) {
  return ToProtoJson(ToProto(counters));
}

absl::StatusOr<model::RunCounters> DecodeCounters(std::string_view json) {
  v1::RunCounters from;
  SYNCLINE_RETURN_IF_ERROR(FromProtoJson(json, &from));
  return FromProto(from);
}

std::string EncodeRunError(const model::RunError& error) { return ToProtoJson(ToProto(error)); }

absl::StatusOr<model::RunError> DecodeRunError(std::string_view json) {
  v1::RunError from;
  SYNCLINE_RETURN_IF_ERROR(FromProtoJson(json, &from));
  return FromProto(from);
}

std::string EncodeRunWait(const model::RunWait& wait) { return ToProtoJson(ToProto(wait)); }

absl::StatusOr<model::RunWait> DecodeRunWait(std::string_view json) {
  v1::RunWait from;
  SYNCLINE_RETURN_IF_ERROR(FromProtoJson(json, &from));
  return FromProto(from);
}

}  // namespace syncline::store
