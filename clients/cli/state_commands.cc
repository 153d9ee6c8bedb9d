#include "base/status.h"
#include "cli/commands.h"
#include "cli/resource_client.h"
#include "cli/resource_name.h"
#include "fmt/format.h"
#include "syncline/v1/incremental_state_service.pb.h"

namespace syncline::cli {
namespace {

const std::vector<std::string_view> kColumns = {"partition", "value", "cursor", "update_time",
                                                "run"};

const google::protobuf::MethodDescriptor& Method(const char* name) {
  return *v1::IncrementalState::descriptor()
              ->file()
              ->pool()
              ->FindServiceByName("syncline.v1.IncrementalStateService")
              ->FindMethodByName(name);
}

absl::StatusOr<std::string> ParentOf(const Session& session, const std::string& integration) {
  return FullName(*KindOfMessage("Integration"), session.workspace, integration);
}

}  // namespace

CommandResult StateGetCommand(Session& session, const std::string& integration,
                              const std::optional<std::string>& partition, std::size_t limit) {
  SYNCLINE_ASSIGN_OR_RETURN(const std::string parent, ParentOf(session, integration));
  if (partition.has_value()) {
    SYNCLINE_ASSIGN_OR_RETURN(const MessagePointer state,
                              CallWith(session.server, Method("GetIncrementalState"),
                                       {{"parent", parent}, {"partition", *partition}}));
    session.out << OneText(session.format, kColumns, state);
    return ExitCode::kOk;
  }
  SYNCLINE_ASSIGN_OR_RETURN(
      const Listing listing,
      ListAll(session.server, Method("ListIncrementalStates"), {{"parent", parent}}, limit));
  session.out << ListText(session.format, kColumns, listing.messages);
  if (listing.more) {
    session.err << fmt::format("{} shown, there are more: raise --limit (0 = all)\n",
                               listing.messages.size());
  }
  return ExitCode::kOk;
}

CommandResult StateSetCommand(Session& session, const std::string& integration,
                              const std::string& value,
                              const std::optional<std::string>& partition) {
  SYNCLINE_ASSIGN_OR_RETURN(const std::string parent, ParentOf(session, integration));
  SYNCLINE_ASSIGN_OR_RETURN(
      const MessagePointer state,
      CallWith(session.server, Method("SetIncrementalState"),
               {{"parent", parent}, {"partition", partition.value_or("")}, {"value", value}}));
  session.out << OneText(session.format, kColumns, state);
  return ExitCode::kOk;
}

CommandResult StateResetCommand(Session& session, const std::string& integration,
                                const std::optional<std::string>& partition) {
  v1::ResetIncrementalStatesRequest request;
  SYNCLINE_ASSIGN_OR_RETURN(*request.mutable_parent(), ParentOf(session, integration));
  if (partition.has_value()) request.set_partition(*partition);
  SYNCLINE_ASSIGN_OR_RETURN(const MessagePointer answer,
                            session.server.Call(Method("ResetIncrementalStates"), request));
  if (session.format == OutputFormat::kTable) {
    const auto& reset = dynamic_cast<const v1::ResetIncrementalStatesResponse&>(*answer);
    session.out << fmt::format("{}: {} states forgotten\n", integration, reset.reset_count());
  } else {
    session.out << OneText(session.format, {}, answer);
  }
  return ExitCode::kOk;
}

}  // namespace syncline::cli
