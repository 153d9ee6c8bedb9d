#include "base/status.h"
#include "cli/commands.h"
#include "cli/resource_client.h"
#include "cli/resource_name.h"
#include "fmt/format.h"

namespace syncline::cli {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

std::string WorkspaceName(const Session& session) { return "workspaces/" + session.workspace; }

void SayWhenCut(Session& session, bool more, std::size_t shown) {
  if (more)
    session.err << fmt::format("{} shown, there are more: raise --limit (0 = all)\n", shown);
}

absl::StatusOr<Listing> Integrations(Session& session) {
  return ListAll(session.server, *MethodOf(*KindOfMessage("Integration"), "List"),
                 {{"parent", WorkspaceName(session)}}, 0);
}

std::string NameOf(const google::protobuf::Message& message) {
  return message.GetReflection()->GetString(message,
                                            message.GetDescriptor()->FindFieldByName("name"));
}

// What belongs to integrations and cannot be listed across them in one call.
absl::StatusOr<Listing> ListOfEveryIntegration(Session& session, const ResourceKind& kind,
                                               std::size_t limit) {
  SYNCLINE_ASSIGN_OR_RETURN(const Listing integrations, Integrations(session));
  Listing all;
  for (const MessagePointer& integration : integrations.messages) {
    const std::string name = NameOf(*integration);
    if (kind.singleton) {
      SYNCLINE_ASSIGN_OR_RETURN(MessagePointer one,
                                GetResource(session.server, kind, name + "/mapping"));
      all.messages.push_back(std::move(one));
    } else {
      SYNCLINE_ASSIGN_OR_RETURN(Listing some, ListAll(session.server, *MethodOf(kind, "List"),
                                                      {{"parent", name}}, limit));
      for (MessagePointer& message : some.messages) all.messages.push_back(std::move(message));
    }
    if (limit != 0 && all.messages.size() > limit) {
      all.messages.resize(limit);
      all.more = true;
      return all;
    }
  }
  return all;
}

absl::StatusOr<Listing> ListKind(Session& session, const ResourceKind& kind,
                                 const std::string& parent, std::size_t limit) {
  if (kind.parent == nullptr) return ListAll(session.server, *MethodOf(kind, "List"), {}, limit);
  std::string parent_name = WorkspaceName(session);
  if (!parent.empty()) {
    SYNCLINE_ASSIGN_OR_RETURN(parent_name, FullName(*kind.parent, session.workspace, parent));
  } else if (kind.message == "Run") {
    parent_name += "/integrations/-";
  } else if (kind.message == "Object") {
    return base::Error(base::Reason::kInvalidArgument,
                       "objects belong to a type: write syncline objects TYPE");
  } else if (kind.parent->parent != nullptr) {
    return ListOfEveryIntegration(session, kind, limit);
  }
  if (kind.singleton) {
    Listing one;
    SYNCLINE_ASSIGN_OR_RETURN(
        one.messages.emplace_back(),
        GetResource(session.server, kind, parent_name + "/" + std::string(kind.collection)));
    return one;
  }
  return ListAll(session.server, *MethodOf(kind, "List"), {{"parent", parent_name}}, limit);
}

}  // namespace

CommandResult GetCommand(Session& session, const std::string& kind_name, const std::string& name) {
  SYNCLINE_ASSIGN_OR_RETURN(const ResourceKind* kind, FindKind(kind_name));
  SYNCLINE_ASSIGN_OR_RETURN(const std::string full, FullName(*kind, session.workspace, name));
  SYNCLINE_ASSIGN_OR_RETURN(const MessagePointer message, GetResource(session.server, *kind, full));
  session.out << OneText(session.format, kind->columns, message);
  return ExitCode::kOk;
}

CommandResult ListCommand(Session& session, const std::string& kind_name, const std::string& parent,
                          std::size_t limit) {
  SYNCLINE_ASSIGN_OR_RETURN(const ResourceKind* kind, FindKind(kind_name));
  SYNCLINE_ASSIGN_OR_RETURN(const Listing listing, ListKind(session, *kind, parent, limit));
  session.out << ListText(session.format, kind->columns, listing.messages);
  SayWhenCut(session, listing.more, listing.messages.size());
  return ExitCode::kOk;
}

CommandResult DeleteCommand(Session& session, const std::string& kind_name,
                            const std::string& name) {
  SYNCLINE_ASSIGN_OR_RETURN(const ResourceKind* kind, FindKind(kind_name));
  SYNCLINE_ASSIGN_OR_RETURN(const std::string full, FullName(*kind, session.workspace, name));
  SYNCLINE_RETURN_IF_ERROR(DeleteResource(session.server, *kind, full));
  session.out << fmt::format("{} {}: deleted\n", kind->singular, ShortName(full));
  return ExitCode::kOk;
}

CommandResult ObjectsCommand(Session& session, const std::string& type, const std::string& object,
                             const std::string& filter, std::size_t limit) {
  const ResourceKind& kind = *KindOfMessage("Object");
  SYNCLINE_ASSIGN_OR_RETURN(const std::string parent,
                            FullName(*kind.parent, session.workspace, type));
  Listing listing;
  if (object.empty()) {
    SYNCLINE_ASSIGN_OR_RETURN(listing,
                              ListAll(session.server, *MethodOf(kind, "List"),
                                      Fields{{"parent", parent}, {"filter", filter}}, limit));
  } else {
    const std::string name =
        object.starts_with("workspaces/") ? object : parent + "/objects/" + object;
    SYNCLINE_ASSIGN_OR_RETURN(listing.messages.emplace_back(),
                              GetResource(session.server, kind, name));
  }
  if (session.format == OutputFormat::kTable) {
    session.out << ObjectTableText(listing.messages);
  } else if (!object.empty()) {
    session.out << OneText(session.format, {}, listing.messages.front());
  } else {
    session.out << ListText(session.format, {}, listing.messages);
  }
  SayWhenCut(session, listing.more, listing.messages.size());
  return ExitCode::kOk;
}

}  // namespace syncline::cli
