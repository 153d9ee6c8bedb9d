#include <algorithm>
#include <istream>

#include "base/status.h"
#include "cli/commands.h"
#include "cli/consent_answer.h"
#include "cli/loopback_listener.h"
#include "cli/resource_client.h"
#include "cli/resource_name.h"
#include "fmt/format.h"
#include "syncline/v1/credential_service.pb.h"

namespace syncline::cli {
namespace {

using std::chrono::seconds;

constexpr std::string_view kPath = "/callback";
// A consent that was begun serves for ten minutes.
constexpr seconds kPatience{600};
// No provider's device code is worth more polls than this.
constexpr int kPollsMax = 1'000;

const ResourceKind& Kind() { return *KindOfMessage("Credential"); }

const google::protobuf::MethodDescriptor& Method(std::string_view name) {
  return *Kind().service()->FindMethodByName(std::string(name));
}

template <typename Response>
absl::StatusOr<Response> Call(Session& session, std::string_view method,
                              const std::vector<std::pair<std::string, std::string>>& fields) {
  SYNCLINE_ASSIGN_OR_RETURN(const MessagePointer answer,
                            CallWith(session.server, Method(method), fields));
  return dynamic_cast<const Response&>(*answer);
}

// The end of a consent: with the credential as it is now.
CommandResult Done(Session& session, const v1::Credential& credential) {
  if (session.format == OutputFormat::kTable) {
    session.out << fmt::format("credential {}: authorized\n", ShortName(credential.name()));
    return ExitCode::kOk;
  }
  MessagePointer copy(credential.New());
  copy->CopyFrom(credential);
  session.out << OneText(session.format, Kind().columns, copy);
  return ExitCode::kOk;
}

absl::StatusOr<ConsentAnswer> AnswerByPaste(Session& session, const std::string& state) {
  session.err << "When the browser has come to a page that does not load, or to one that shows a "
                 "code,\npaste its address or the code here: "
              << std::flush;
  std::string line;
  std::getline(session.in, line);
  return ParseConsentAnswer(line, state);
}

absl::StatusOr<ConsentAnswer> AnswerByListening(Session& session, LoopbackListener& listener,
                                                const std::string& state) {
  const auto ours = [&state](std::string_view query) {
    const auto answer = ParseConsentAnswer(query, "");
    return answer.ok() && answer->state == state;
  };
  SYNCLINE_ASSIGN_OR_RETURN(const std::string query,
                            listener.Await(kPath, session.clock, kPatience, ours));
  return ParseConsentAnswer(query, state);
}

CommandResult AuthorizeByCode(Session& session, const std::string& name,
                              const AuthorizeOptions& options) {
  std::optional<LoopbackListener> listener;
  std::string redirect_uri = options.redirect_uri;
  if (redirect_uri.empty()) {
    absl::StatusOr<LoopbackListener> opened = LoopbackListener::Open(options.port);
    if (!opened.ok()) return opened.status();
    listener.emplace(*std::move(opened));
    redirect_uri = fmt::format("http://127.0.0.1:{}{}", listener->port(), kPath);
  }
  SYNCLINE_ASSIGN_OR_RETURN(
      const auto begun,
      Call<v1::BeginAuthorizationResponse>(
          session, "BeginAuthorization",
          {{"name", name}, {"redirect_uri", redirect_uri}, {"alternative", options.alternative}}));
  session.err << fmt::format("Open this address in a browser and consent:\n\n  {}\n\n",
                             begun.authorization_url())
              << std::flush;
  const bool paste = options.paste || !listener.has_value();
  SYNCLINE_ASSIGN_OR_RETURN(const ConsentAnswer answer,
                            paste ? AnswerByPaste(session, begun.state())
                                  : AnswerByListening(session, *listener, begun.state()));
  SYNCLINE_ASSIGN_OR_RETURN(const std::string code, CodeOf(answer, begun.state()));
  SYNCLINE_ASSIGN_OR_RETURN(const auto completed,
                            Call<v1::CompleteAuthorizationResponse>(
                                session, "CompleteAuthorization",
                                {{"name", name}, {"state", begun.state()}, {"code", code}}));
  return Done(session, completed.credential());
}

CommandResult AuthorizeByDevice(Session& session, const std::string& name,
                                const std::string& alternative) {
  SYNCLINE_ASSIGN_OR_RETURN(const auto begun, Call<v1::BeginDeviceAuthorizationResponse>(
                                                  session, "BeginDeviceAuthorization",
                                                  {{"name", name}, {"alternative", alternative}}));
  session.err << fmt::format("On any device, open\n\n  {}\n\nand enter the code\n\n  {}\n\n",
                             begun.verification_uri(), begun.user_code())
              << std::flush;
  seconds interval(std::max<std::int64_t>(begun.interval().seconds(), 1));
  for (int count = 0; count < kPollsMax; ++count) {
    session.clock.WaitFor(interval, {});
    SYNCLINE_ASSIGN_OR_RETURN(const auto poll, Call<v1::PollDeviceAuthorizationResponse>(
                                                   session, "PollDeviceAuthorization",
                                                   {{"name", name}, {"state", begun.state()}}));
    if (poll.has_credential()) return Done(session, poll.credential());
    interval = std::max(interval, seconds(poll.interval().seconds()));
  }
  return base::Error(base::Reason::kDeadlineExceeded, "nobody entered the code; begin anew");
}

// Of another kind it is empty: without a grant.
absl::StatusOr<v1::OAuth2Authentication> OAuth2Of(const v1::Credential& credential,
                                                  const std::string& alternative) {
  if (alternative.empty()) return credential.oauth2();
  const auto found = credential.alternatives().find(alternative);
  if (found != credential.alternatives().end()) return found->second.oauth2();
  return base::Error(base::Reason::kNotFound,
                     fmt::format("credential {} has no alternative \"{}\"",
                                 ShortName(credential.name()), alternative));
}

}  // namespace

CommandResult AuthorizeCommand(Session& session, const std::string& credential,
                               const AuthorizeOptions& options) {
  SYNCLINE_ASSIGN_OR_RETURN(const std::string name,
                            FullName(Kind(), session.workspace, credential));
  SYNCLINE_ASSIGN_OR_RETURN(const MessagePointer found, GetResource(session.server, Kind(), name));
  const auto& stored = dynamic_cast<const v1::Credential&>(*found);
  SYNCLINE_ASSIGN_OR_RETURN(const v1::OAuth2Authentication oauth2,
                            OAuth2Of(stored, options.alternative));
  if (oauth2.has_authorization_code()) return AuthorizeByCode(session, name, options);
  if (oauth2.has_device_code()) return AuthorizeByDevice(session, name, options.alternative);
  return base::Error(base::Reason::kInvalidArgument,
                     fmt::format("credential {} needs nobody's consent; that is for oauth2 with "
                                 "authorizationCode or deviceCode",
                                 ShortName(name)));
}

}  // namespace syncline::cli
