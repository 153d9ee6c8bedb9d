#include <algorithm>

#include "base/status.h"
#include "cli/commands.h"
#include "cli/resource_client.h"
#include "cli/resource_name.h"
#include "cli/run_watcher.h"
#include "fmt/format.h"
#include "syncline/v1/run.pb.h"
#include "syncline/v1/run_service.pb.h"

namespace syncline::cli {
namespace {

// A page of rejects carries up to 64 KiB of raw record each.
constexpr int kRejectPageSize = 100;
constexpr int kExchangePageSize = 50;  // of 32 KiB each

const google::protobuf::MethodDescriptor& Method(std::string_view message, std::string_view name) {
  return *KindOfMessage(message)->service()->FindMethodByName(std::string(name));
}

// The full name of the run that `target` means: INTEGRATION/RUN, a full name, or the newest run of
// an integration.
absl::StatusOr<std::string> ResolveRun(Session& session, const std::string& target) {
  const bool full = target.starts_with("workspaces/");
  const auto slashes = std::count(target.begin(), target.end(), '/');
  if (full ? slashes == 5 : slashes == 1) {
    return FullName(*KindOfMessage("Run"), session.workspace, target);
  }
  SYNCLINE_ASSIGN_OR_RETURN(const std::string integration,
                            FullName(*KindOfMessage("Integration"), session.workspace, target));
  SYNCLINE_ASSIGN_OR_RETURN(const Listing runs, ListAll(session.server, Method("Run", "ListRuns"),
                                                        {{"parent", integration}}, 1));
  if (runs.messages.empty()) {
    return base::Error(base::Reason::kNotFound,
                       fmt::format("{} has no run yet; start one: syncline run {}",
                                   ShortName(integration), ShortName(integration)));
  }
  return dynamic_cast<const v1::Run&>(*runs.messages.front()).name();
}

CommandResult ListOfRun(Session& session, const std::string& target, std::string_view method,
                        const std::vector<std::string_view>& columns, std::size_t limit,
                        int page_size_max) {
  SYNCLINE_ASSIGN_OR_RETURN(const std::string run, ResolveRun(session, target));
  SYNCLINE_ASSIGN_OR_RETURN(
      const Listing listing,
      ListAll(session.server, Method("Run", method), {{"parent", run}}, limit, page_size_max));
  session.out << ListText(session.format, columns, listing.messages);
  if (listing.more) {
    session.err << fmt::format("{} shown, there are more: raise --limit (0 = all)\n",
                               listing.messages.size());
  }
  return ExitCode::kOk;
}

CommandResult ChangeSchedule(Session& session, const std::string& target, std::string_view method,
                             std::string_view done) {
  const ResourceKind& kind = *KindOfMessage("Schedule");
  const bool integration_only = target.find('/') == std::string::npos;
  SYNCLINE_ASSIGN_OR_RETURN(
      const std::string name,
      FullName(kind, session.workspace, integration_only ? target + "/default" : target));
  SYNCLINE_ASSIGN_OR_RETURN(const MessagePointer schedule,
                            CallWith(session.server, Method("Schedule", method), {{"name", name}}));
  if (session.format == OutputFormat::kTable) {
    session.out << fmt::format("schedule {}: {}\n", ShortName(name), done);
  } else {
    session.out << OneText(session.format, kind.columns, schedule);
  }
  return ExitCode::kOk;
}

}  // namespace

CommandResult RunCommand(Session& session, const std::string& integration, bool watch, bool full) {
  v1::StartRunRequest request;
  SYNCLINE_ASSIGN_OR_RETURN(*request.mutable_parent(), FullName(*KindOfMessage("Integration"),
                                                                session.workspace, integration));
  request.set_full(full);
  SYNCLINE_ASSIGN_OR_RETURN(const MessagePointer run,
                            session.server.Call(Method("Run", "StartRun"), request));
  const std::string name = dynamic_cast<const v1::Run&>(*run).name();
  if (watch) return WatchRun(session, name);
  if (session.format == OutputFormat::kTable) {
    session.out << fmt::format("run {}: queued\n", ShortName(name));
  } else {
    session.out << OneText(session.format, {}, run);
  }
  return ExitCode::kOk;
}

CommandResult WatchCommand(Session& session, const std::string& target) {
  SYNCLINE_ASSIGN_OR_RETURN(const std::string run, ResolveRun(session, target));
  return WatchRun(session, run);
}

CommandResult CancelCommand(Session& session, const std::string& target) {
  SYNCLINE_ASSIGN_OR_RETURN(const std::string name, ResolveRun(session, target));
  SYNCLINE_ASSIGN_OR_RETURN(const MessagePointer run,
                            CallWith(session.server, Method("Run", "CancelRun"), {{"name", name}}));
  if (session.format == OutputFormat::kTable) {
    const bool ended = dynamic_cast<const v1::Run&>(*run).state() == v1::Run::STATE_CANCELLED;
    session.out << fmt::format("run {}: {}\n", ShortName(name),
                               ended ? "cancelled" : "being cancelled");
  } else {
    session.out << OneText(session.format, {}, run);
  }
  return ExitCode::kOk;
}

CommandResult EventsCommand(Session& session, const std::string& target, std::size_t limit) {
  return ListOfRun(
      session, target, "ListRunEvents",
      {"sequence", "time", "kind", "page_committed.page_number", "page_committed.total.records",
       "waiting.wait.reason", "ended.state", "ended.error.reason"},
      limit, 1'000);
}

CommandResult RejectsCommand(Session& session, const std::string& target, std::size_t limit) {
  return ListOfRun(
      session, target, "ListRejects",
      {"reject_id", "page_number", "record_index", "reason", "field", "message", "record"}, limit,
      kRejectPageSize);
}

CommandResult ExchangesCommand(Session& session, const std::string& target, std::size_t limit) {
  return ListOfRun(session, target, "ListRunExchanges", kExchangeColumns, limit, kExchangePageSize);
}

CommandResult PauseCommand(Session& session, const std::string& schedule) {
  return ChangeSchedule(session, schedule, "PauseSchedule", "paused");
}

CommandResult ResumeCommand(Session& session, const std::string& schedule) {
  return ChangeSchedule(session, schedule, "ResumeSchedule", "resumed");
}

}  // namespace syncline::cli
