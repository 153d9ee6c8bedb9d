#include "run/verdict.h"

#include "base/status.h"
#include "http/patience.h"

namespace syncline::run {
namespace {

using base::Reason;

model::Verdict VerdictOf(Reason reason) {
  switch (reason) {
    case Reason::kPaginationLoop: return model::Verdict::kLoop;
    case Reason::kPageLimitReached:
    case Reason::kResultWindowExceeded:
    case Reason::kPartitionLimitReached:
    case Reason::kRejectLimitReached:
    case Reason::kRunTooLong: return model::Verdict::kCapped;
    default: return model::Verdict::kFailed;
  }
}

Conclusion Failed(const absl::Status& status) {
  return {.ending = {model::RunState::kFailed, VerdictOf(base::ReasonOf(status)),
                     model::MakeRunError(status)}};
}

Conclusion Cancelled() {
  return {.ending = {model::RunState::kCancelled, model::Verdict::kCancelled, {}}};
}

Conclusion Released(Reason reason) {
  return {.kind = Conclusion::Kind::kRelease, .release_reason = reason};
}

Conclusion Parked(const http::Park& park) {
  return {.kind = Conclusion::Kind::kPark,
          .parking = {.wait = {std::string(base::ReasonName(park.wait.reason)), park.wait.message},
                      .delay = park.wait.delay,
                      .request_attempt = park.wait.next_attempt,
                      .paid = park.paid},
          .due = park.due};
}

}  // namespace

Conclusion Conclude(StopCause cause, const absl::Status& status) {
  const Reason reason = base::ReasonOf(status);
  if (cause == StopCause::kLost) return {.kind = Conclusion::Kind::kLeave};
  if (cause == StopCause::kNone || cause == StopCause::kDraining) {
    if (const auto park = http::ParkOf(status); park.has_value()) return Parked(*park);
  }
  // Should the fence have spoken of another page rather than of another owner, the run is still
  // ours: the release, which has a fence of its own, then lets the next owner go on from the
  // checkpoint.
  if (reason == Reason::kRunFenced) return Released(reason);
  switch (cause) {
    case StopCause::kCancelled: return Cancelled();
    case StopCause::kTooLong:
      return Failed(base::Error(Reason::kRunTooLong, "the run reached its run_duration_max"));
    // An error of the vendor that came before the drain is the run's end all the same.
    case StopCause::kDraining:
      if (reason == Reason::kCancelled) return Released(Reason::kDraining);
      break;
    default: break;
  }
  // From the page's transaction, which saw the request before the executor did.
  if (reason == Reason::kCancelled) return Cancelled();
  if (MayPassByItself(status)) return Released(reason);
  return Failed(status);
}

bool MayPassByItself(const absl::Status& status) {
  const Reason reason = base::ReasonOf(status);
  return reason == Reason::kDatabaseUnavailable || reason == Reason::kDatabaseConflict ||
         reason == Reason::kStorageFull || reason == Reason::kKeyUnavailable;
}

}  // namespace syncline::run
