#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "model/run.h"

namespace syncline::model {

// The arms of syncline.v1.RunEvent, as plain values.
struct RunQueued {
  RunTrigger trigger = RunTrigger::kManual;
};
struct RunStarted {
  int attempt = 1;
  std::int64_t page_number = 1;
};
// An identity of the credential that was refused.
struct IdentityRefusal {
  std::string identity;
  RunError error;
  friend bool operator==(const IdentityRefusal&, const IdentityRefusal&) = default;
};
struct PageCommitted {
  std::int64_t page_number = 0;
  RunCounters page;
  RunCounters total;
  std::optional<IdentityRefusal> refusal = std::nullopt;
  std::optional<RunError> doubt = std::nullopt;  // a list ended, and the vendor says it has more
  std::string paging = {};                       // what `automatic` pagination found
};
struct RunWaiting {
  RunWait wait;
  int attempt = 2;
  bool parked = false;
};
struct RunReleased {
  std::string reason;
};
struct RunEnded {
  RunState state = RunState::kFailed;
  Verdict verdict = Verdict::kFailed;
  RunError error;
  RunCounters counters;
};

using RunEventBody =
    std::variant<RunQueued, RunStarted, PageCommitted, RunWaiting, RunReleased, RunEnded>;

// I3: numbered densely from 1 in the order of commit; exactly one RunEnded.
struct RunEvent {
  std::int64_t sequence = 0;
  base::Time time;
  RunEventBody body;
};

// The `kind` column and proto arm: "queued", "started", "page_committed", "waiting", "released",
// "ended".
std::string_view RunEventKind(const RunEventBody& body);

}  // namespace syncline::model
