#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/exit_code.h"
#include "cli/session.h"

namespace syncline::cli {

// The commands, one function each, as docs/cli.md describes them. Names are what a person types.
// An error is shown by the caller and becomes the exit code.
using CommandResult = absl::StatusOr<ExitCode>;

// `files`: paths; "-" is standard input.
CommandResult ApplyCommand(Session& session, const std::vector<std::string>& files, bool dry_run);

CommandResult GetCommand(Session& session, const std::string& kind, const std::string& name);
// `parent` may be empty: schedules, mappings and runs of every integration.
CommandResult ListCommand(Session& session, const std::string& kind, const std::string& parent,
                          std::size_t limit);
CommandResult DeleteCommand(Session& session, const std::string& kind, const std::string& name);

// `watch` false: only launch. `full`: the whole list, although the integration has `incremental`.
CommandResult RunCommand(Session& session, const std::string& integration, bool watch, bool full);
// `target`: a run, or an integration whose newest run is meant.
CommandResult WatchCommand(Session& session, const std::string& target);
CommandResult CancelCommand(Session& session, const std::string& target);
CommandResult EventsCommand(Session& session, const std::string& target, std::size_t limit);
CommandResult RejectsCommand(Session& session, const std::string& target, std::size_t limit);
// What a run sent and what came back.
CommandResult ExchangesCommand(Session& session, const std::string& target, std::size_t limit);
inline const std::vector<std::string_view> kExchangeColumns = {
    "exchange_id", "cause", "partition", "attempt", "wait", "status", "duration", "judgement"};

// `schedule`: INTEGRATION/SCHEDULE, or an integration whose schedule `default` is meant.
CommandResult PauseCommand(Session& session, const std::string& schedule);
CommandResult ResumeCommand(Session& session, const std::string& schedule);

// Where the next incremental run begins. `partition` nullopt: all of them.
CommandResult StateGetCommand(Session& session, const std::string& integration,
                              const std::optional<std::string>& partition, std::size_t limit);
// `partition` nullopt: that of a list that is not split.
CommandResult StateSetCommand(Session& session, const std::string& integration,
                              const std::string& value,
                              const std::optional<std::string>& partition);
CommandResult StateResetCommand(Session& session, const std::string& integration,
                                const std::optional<std::string>& partition);

// How a person's consent comes back (RFC 6749 4.1).
struct AuthorizeOptions {
  int port = 0;              // of the loopback redirect; 0 = any
  bool paste = false;        // do not listen: a person copies the answer
  std::string redirect_uri;  // another one that is registered at the provider; implies paste
  std::string alternative;   // of the credential; "" = its own kind
};
// The consent of an OAuth2 credential, by code or by device as its grant says.
CommandResult AuthorizeCommand(Session& session, const std::string& credential,
                               const AuthorizeOptions& options);

struct PreviewOptions {
  int page_count = 1;
  int record_count = 10;
  std::string integration = {};  // which one of a file; "" = its only one
};
// Asks for the first pages as a run would and writes nothing. `target`: a stored integration, or a
// file with one. kRunFailed when the vendor did something wrong.
CommandResult PreviewCommand(Session& session, const std::string& target,
                             const PreviewOptions& options);

struct TestOptions {
  std::string url;          // of the vendor
  std::string alternative;  // of the credential; "" = its own kind
};
// Signs in as a run would, with every identity of the credential. kRunFailed when one is refused.
CommandResult TestCommand(Session& session, const std::string& credential,
                          const TestOptions& options);

// `object` may be empty: all of the type that match `filter`.
CommandResult ObjectsCommand(Session& session, const std::string& type, const std::string& object,
                             const std::string& filter, std::size_t limit);

}  // namespace syncline::cli
