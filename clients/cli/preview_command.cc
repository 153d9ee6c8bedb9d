#include <google/protobuf/util/json_util.h>

#include <algorithm>

#include "base/status.h"
#include "cli/commands.h"
#include "cli/definition_file.h"
#include "cli/resource_name.h"
#include "cli/table.h"
#include "fmt/format.h"
#include "syncline/v1/integration_service.pb.h"

namespace syncline::cli {
namespace {

// A vendor's words on a terminal.
constexpr std::size_t kWidthMax = 4'096;

const ResourceKind& Kind() { return *KindOfMessage("Integration"); }

// The credentials of a file are not read: the server has its own.
class NoSecrets final : public SecretSource {
 public:
  absl::StatusOr<std::string> FromEnvironment(const std::string&) const override { return kAny; }
  absl::StatusOr<std::string> FromFile(const std::string&) const override { return kAny; }

 private:
  static constexpr const char* kAny = "not read";
};

bool IsFile(const std::string& target) {
  const auto ends = [&](std::string_view suffix) { return target.ends_with(suffix); };
  return target == kStandardInput || ends(".yaml") || ends(".yml") || ends(".json");
}

// The integration of a file: its only one, or the one named `id`.
absl::StatusOr<v1::Integration> ReadIntegration(const Session& session, const std::string& path,
                                                const std::string& id) {
  std::vector<Definition> definitions;
  base::FieldViolations violations;
  const NoSecrets secrets;
  SYNCLINE_RETURN_IF_ERROR(
      ReadDefinitionFile(path, session.workspace, &secrets, definitions, violations));
  SYNCLINE_RETURN_IF_ERROR(violations.ToStatus());
  std::vector<const v1::Integration*> found;
  std::string names;
  for (const Definition& definition : definitions) {
    if (definition.kind != &Kind()) continue;
    names += (names.empty() ? "" : ", ") + ShortName(definition.name);
    if (!id.empty() && ShortName(definition.name) != id) continue;
    found.push_back(dynamic_cast<const v1::Integration*>(definition.message.get()));
  }
  if (found.size() == 1) return *found.front();
  if (names.empty()) {
    return base::Error(base::Reason::kInvalidArgument,
                       fmt::format("there is no Integration in {}", path));
  }
  return base::Error(base::Reason::kInvalidArgument,
                     fmt::format("say which one with --integration: {} has {}", path, names));
}

template <typename Message>
std::vector<MessagePointer> Copies(const google::protobuf::RepeatedPtrField<Message>& messages) {
  std::vector<MessagePointer> copies;
  for (const Message& message : messages) {
    copies.emplace_back(message.New());
    copies.back()->CopyFrom(message);
  }
  return copies;
}

std::string PagingText(const v1::PreviewIntegrationResponse& response) {
  std::string text;
  if (!response.paging().empty())
    text += fmt::format("\n{}\n", Printable(response.paging(), kWidthMax));
  if (!response.next_request().empty()) {
    text += fmt::format("next: {}\n", Printable(response.next_request(), kWidthMax));
  }
  if (response.has_proposed_pagination()) {
    std::string proposed;
    google::protobuf::util::MessageToJsonString(response.proposed_pagination(), &proposed).ok();
    text +=
        fmt::format("instead of automatic: pagination: {}\n  {}\n", Printable(proposed, kWidthMax),
                    Printable(response.proposal_reason(), kWidthMax));
  }
  for (const v1::IncrementalState& state : response.incremental_states()) {
    text += fmt::format(
        "state{}: {}\n",
        state.partition().empty() ? "" : " of " + Printable(state.partition(), kWidthMax),
        state.value());
  }
  return text;
}

std::string TextOf(const v1::PreviewIntegrationResponse& response) {
  std::string text = TableText(kExchangeColumns, Copies(response.exchanges()));
  text += PagingText(response);
  if (response.fields_size() > 0) {
    text +=
        "\n" + TableText({"path", "types", "record_count", "samples"}, Copies(response.fields()));
  }
  if (response.records_size() > 0) text += "\n";
  for (const std::string& record : response.records()) {
    text += Printable(record, kWidthMax) + "\n";
  }
  if (response.has_error()) {
    text +=
        fmt::format("\na run would fail: {} [{}]\n",
                    Printable(response.error().message(), kWidthMax), response.error().reason());
  }
  return text;
}

}  // namespace

CommandResult PreviewCommand(Session& session, const std::string& target,
                             const PreviewOptions& options) {
  v1::PreviewIntegrationRequest request;
  request.set_page_count(options.page_count);
  request.set_record_count(options.record_count);
  if (IsFile(target)) {
    SYNCLINE_ASSIGN_OR_RETURN(*request.mutable_integration(),
                              ReadIntegration(session, target, options.integration));
  } else {
    SYNCLINE_ASSIGN_OR_RETURN(*request.mutable_name(), FullName(Kind(), session.workspace, target));
  }
  SYNCLINE_ASSIGN_OR_RETURN(
      const MessagePointer answer,
      session.server.Call(*Kind().service()->FindMethodByName("PreviewIntegration"), request));
  const auto& response = dynamic_cast<const v1::PreviewIntegrationResponse&>(*answer);
  session.out << (session.format == OutputFormat::kTable ? TextOf(response)
                                                         : OneText(session.format, {}, answer));
  return response.has_error() ? ExitCode::kRunFailed : ExitCode::kOk;
}

}  // namespace syncline::cli
