#include "cli/run_watcher.h"

#include <algorithm>

#include "base/status.h"
#include "cli/progress_view.h"
#include "cli/resource_name.h"
#include "fmt/format.h"
#include "syncline/v1/run_service.pb.h"

namespace syncline::cli {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPatience{100};
constexpr milliseconds kPauseFirst{200};
constexpr milliseconds kPauseMax{5'000};

const google::protobuf::MethodDescriptor& WatchMethod() {
  return *v1::WatchRunRequest::descriptor()
              ->file()
              ->FindServiceByName("RunService")
              ->FindMethodByName("WatchRun");
}

// One watching, over as many streams as it takes.
class Watching {
 public:
  Watching(Session& session, std::string name)
      : session_(session),
        name_(std::move(name)),
        title_(ShortName(name_)),
        view_(session.format == OutputFormat::kTable ? session.out : session.err, title_,
              session.terminal && session.format == OutputFormat::kTable, session.terminal_width) {}

  absl::StatusOr<ExitCode> Run() {
    for (int failures = 0; failures < attempt_count_max;) {
      const std::int64_t before = progress_.sequence();
      const absl::Status status = Follow();
      if (session_.interrupted()) return Interrupted();
      if (progress_.ended()) return Ended();
      if (!status.ok() && !absl::IsUnavailable(status)) {
        view_.Clear();
        return status;
      }
      // The server says goodbye in order when it rotates or stops: that is no failure.
      const bool orderly = said_goodbye_ || progress_.sequence() > before;
      failures = orderly ? 1 : failures + 1;
      if (failures >= attempt_count_max) {
        view_.Clear();
        return status.ok()
                   ? base::Error(base::Reason::kInternal, "the stream ends without a reason")
                   : status;
      }
      if (!orderly) view_.Note(fmt::format("{}: connection lost, trying again", title_));
      if (!Pause(failures)) return Interrupted();
    }
    return base::Error(base::Reason::kInternal, "the run cannot be watched");
  }

 private:
  absl::Status Follow() {
    v1::WatchRunRequest request;
    request.set_name(name_);
    request.set_after_sequence(progress_.sequence());
    said_goodbye_ = false;
    const std::unique_ptr<AnswerStream> stream = session_.server.Open(WatchMethod(), request);
    v1::WatchRunResponse answer;
    while (!session_.interrupted()) {
      const AnswerStream::Outcome outcome = stream->Next(kPatience, answer);
      if (outcome == AnswerStream::Outcome::kEnd) return stream->Finish();
      const base::Time now = session_.clock.Now();
      if (outcome == AnswerStream::Outcome::kAnswer) Take(answer, now);
      view_.Show(progress_, now);
    }
    return absl::OkStatus();
  }

  void Take(const v1::WatchRunResponse& answer, base::Time now) {
    progress_.Apply(answer, now);
    if (answer.has_end()) said_goodbye_ = true;
  }

  // False when Ctrl-C came meanwhile.
  bool Pause(int failures) {
    milliseconds left = std::min(kPauseMax, kPauseFirst * (1 << std::min(failures - 1, 10)));
    while (left > milliseconds::zero()) {
      if (session_.interrupted()) return false;
      session_.clock.WaitFor(std::min(left, kPatience), std::stop_token());
      left -= kPatience;
    }
    return !session_.interrupted();
  }

  ExitCode Interrupted() {
    view_.Clear();
    session_.err << fmt::format(
        "stopped watching; the run goes on. To end it: syncline cancel {}\n", name_);
    return ExitCode::kInterrupted;
  }

  ExitCode Ended() {
    view_.Clear();
    if (session_.format == OutputFormat::kTable) {
      session_.out << progress_.Summary(title_) << std::flush;
    } else {
      auto run = std::make_unique<v1::Run>(progress_.run());
      session_.out << OneText(session_.format, {}, std::move(run)) << std::flush;
    }
    switch (progress_.run().state()) {
      case v1::Run::STATE_SUCCEEDED: return ExitCode::kOk;
      case v1::Run::STATE_CANCELLED: return ExitCode::kRunCancelled;
      default: return ExitCode::kRunFailed;
    }
  }

  Session& session_;
  const std::string name_;
  const std::string title_;
  ProgressView view_;
  Progress progress_;
  bool said_goodbye_ = false;  // the last stream ended with `end`
};

}  // namespace

absl::StatusOr<ExitCode> WatchRun(Session& session, const std::string& run_name) {
  return Watching(session, run_name).Run();
}

}  // namespace syncline::cli
