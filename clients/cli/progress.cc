#include "cli/progress.h"

#include <google/protobuf/util/time_util.h>

#include <algorithm>

#include "cli/counter_text.h"
#include "cli/duration_text.h"
#include "cli/scalar_field.h"
#include "fmt/format.h"

namespace syncline::cli {
namespace {

using google::protobuf::Timestamp;
using google::protobuf::util::TimeUtil;

constexpr int kBarWidth = 20;

base::Time ToTime(const Timestamp& time) {
  return base::Time(std::chrono::duration_cast<base::Time::duration>(
      std::chrono::microseconds(TimeUtil::TimestampToMicroseconds(time))));
}

bool IsEnd(v1::Run::State state) {
  return state == v1::Run::STATE_SUCCEEDED || state == v1::Run::STATE_FAILED ||
         state == v1::Run::STATE_CANCELLED;
}

}  // namespace

bool Progress::ended() const { return IsEnd(run_.state()); }

void Progress::Apply(const v1::WatchRunResponse& answer, base::Time now) {
  switch (answer.kind_case()) {
    case v1::WatchRunResponse::kSnapshot:
      // Events that the snapshot already counts follow it; they only confirm what it says.
      if (run_.state() != answer.snapshot().run().state()) ++milestone_;
      run_ = answer.snapshot().run();
      sequence_ = std::max(sequence_, answer.snapshot().skipped_to());
      samples_.clear();
      break;
    case v1::WatchRunResponse::kEvent: ApplyEvent(answer.event(), now); break;
    case v1::WatchRunResponse::kBookmark:
      sequence_ = std::max(sequence_, answer.bookmark().sequence());
      break;
    case v1::WatchRunResponse::kEnd:
      sequence_ = std::max(sequence_, answer.end().sequence());
      break;
    case v1::WatchRunResponse::KIND_NOT_SET: break;
  }
}

void Progress::ApplyEvent(const v1::RunEvent& event, base::Time now) {
  if (event.sequence() <= sequence_) return;  // delivered before a reconnect
  sequence_ = event.sequence();
  received_ = now;
  if (!event.has_page_committed()) ++milestone_;
  switch (event.kind_case()) {
    case v1::RunEvent::kPageCommitted: {
      // A replayed event may lie behind the snapshot: counters never go back.
      const v1::RunCounters& total = event.page_committed().total();
      if (total.pages() >= run_.counters().pages()) *run_.mutable_counters() = total;
      if (event.page_committed().has_refusal()) {
        const v1::IdentityRefusal& refusal = event.page_committed().refusal();
        refusals_ += fmt::format("  refused: {}: {} [{}]\n", refusal.identity(),
                                 refusal.error().message(), refusal.error().reason());
        ++milestone_;
      }
      NoteRemarks(event.page_committed());
      run_.clear_wait();
      Measure(ToTime(event.time()), total.records());
      break;
    }
    case v1::RunEvent::kStarted:
      if (!ended()) run_.set_state(v1::Run::STATE_RUNNING);
      run_.clear_wait();
      if (!run_.has_start_time()) *run_.mutable_start_time() = event.time();
      Measure(ToTime(event.time()), run_.counters().records());
      break;
    case v1::RunEvent::kWaiting:
      *run_.mutable_wait() = event.waiting().wait();
      if (event.waiting().parked() && !ended()) run_.set_state(v1::Run::STATE_QUEUED);
      break;
    case v1::RunEvent::kReleased:
      if (!ended()) run_.set_state(v1::Run::STATE_QUEUED);
      run_.mutable_wait()->set_reason(event.released().reason());
      break;
    case v1::RunEvent::kEnded:
      run_.set_state(event.ended().state());
      run_.set_verdict(event.ended().verdict());
      *run_.mutable_counters() = event.ended().counters();
      if (event.ended().has_error()) *run_.mutable_error() = event.ended().error();
      *run_.mutable_end_time() = event.time();
      run_.clear_wait();
      break;
    default: break;
  }
}

void Progress::NoteRemarks(const v1::PageCommitted& page) {
  constexpr int kDoubtsMax = 20;  // a fan-out may have one for each of its lists
  if (!page.paging().empty()) paging_ = fmt::format("  paging: {}\n", page.paging());
  if (!page.has_doubt()) return;
  ++milestone_;
  if (++doubts_ > kDoubtsMax) return;
  refusals_ += fmt::format("  incomplete at page {}: {} [{}]\n", page.page_number(),
                           page.doubt().message(), page.doubt().reason());
}

void Progress::Measure(base::Time time, std::int64_t records) {
  samples_.push_back({time, records});
  while (samples_.size() > window_size ||
         (samples_.size() > 2 && samples_.front().time + window_age < time)) {
    samples_.pop_front();
  }
}

std::optional<double> Progress::Rate(base::Time now) const {
  if (samples_.size() < 2) return std::nullopt;
  // Times between pages are the server's; silence since the last one is ours and lowers the rate.
  const auto silence = std::max(now - received_, base::Time::duration::zero());
  const std::chrono::duration<double> span = samples_.back().time - samples_.front().time + silence;
  if (span.count() <= 0) return std::nullopt;
  return static_cast<double>(samples_.back().records - samples_.front().records) / span.count();
}

std::optional<double> Progress::Share() const {
  const std::int64_t total = run_.counters().total_records();
  if (total <= 0) return std::nullopt;
  return std::min(1.0, static_cast<double>(run_.counters().records()) / static_cast<double>(total));
}

std::string Progress::Activity(base::Time now) const {
  if (run_.has_wait()) {
    std::string text = fmt::format("waits: {}", run_.wait().reason());
    if (run_.wait().has_until_time()) {
      const auto left = ToTime(run_.wait().until_time()) - now;
      if (left > left.zero()) text += fmt::format(", {} left", DurationText(left));
    }
    if (!run_.wait().message().empty()) text += fmt::format(" ({})", run_.wait().message());
    return text;
  }
  if (run_.state() == v1::Run::STATE_QUEUED) return "waits for a worker";
  const std::optional<double> rate = Rate(now);
  if (!Share().has_value() || !rate.has_value() || *rate < 0.1 || ended()) return "";
  const double left =
      static_cast<double>(run_.counters().total_records() - run_.counters().records()) / *rate;
  if (left <= 0) return "";
  return DurationText(std::chrono::seconds(static_cast<std::int64_t>(left) + 1)) + " left";
}

std::string Progress::Counts(base::Time now) const {
  const v1::RunCounters& counters = run_.counters();
  std::string text =
      fmt::format("{}, {}", Counted(counters.pages(), "page"), Grouped(counters.records()));
  if (counters.total_records() > 0) text += " of " + Grouped(counters.total_records());
  text += " records";
  if (counters.rejected() > 0) text += fmt::format(", {} rejected", Grouped(counters.rejected()));
  if (const auto rate = Rate(now); rate.has_value() && !ended()) {
    text += fmt::format(", {}/s", Grouped(static_cast<std::int64_t>(*rate)));
  }
  return text;
}

std::string Progress::BarLine(const std::string& title, base::Time now) const {
  std::string line = title;
  if (const auto share = Share()) {
    const int filled = static_cast<int>(*share * kBarWidth);
    line += fmt::format(" [{:<{}}] {:3.0f} %", std::string(filled, '#'), kBarWidth,
                        std::min(100.0, *share * 100));
  }
  line += "  " + Counts(now);
  const std::string activity = Activity(now);
  return activity.empty() ? line : line + "  " + activity;
}

std::string Progress::PlainLine(const std::string& title, base::Time now) const {
  std::string line = fmt::format("{}: {}, {}", title, LowerState(run_.state()), Counts(now));
  if (const auto share = Share()) line += fmt::format(", {:.0f} %", *share * 100);
  const std::string activity = Activity(now);
  return activity.empty() ? line : line + ", " + activity;
}

std::string Progress::Summary(const std::string& title) const {
  const v1::RunCounters& counters = run_.counters();
  std::string text = fmt::format("{}: {}", title, LowerState(run_.state()));
  if (run_.has_start_time() && run_.has_end_time()) {
    const auto took = ToTime(run_.end_time()) - ToTime(run_.start_time());
    const double seconds = std::chrono::duration<double>(took).count();
    text += fmt::format(" in {}", DurationText(took));
    if (seconds > 0) {
      text += fmt::format(
          " ({} records/s)",
          Grouped(static_cast<std::int64_t>(static_cast<double>(counters.records()) / seconds)));
    }
  }
  text += fmt::format("\n  {}, {}: {}\n", Counted(counters.pages(), "page"),
                      Counted(counters.records(), "record"), Outcomes(counters));
  if (run_.state() == v1::Run::STATE_FAILED) {
    text += fmt::format("  failed: {} [{}]\n", run_.error().message(), run_.error().reason());
    for (const auto& [key, value] : run_.error().metadata()) {
      text += fmt::format("    {}: {}\n", key, value);
    }
  }
  if (run_.verdict() == v1::Run::VERDICT_PARTIAL) {
    text += "  partial: not everything was seen; nothing counts as missing\n";
  }
  return text + paging_ + refusals_;
}

}  // namespace syncline::cli
