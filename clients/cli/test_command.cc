#include "base/status.h"
#include "cli/commands.h"
#include "cli/field_text.h"
#include "cli/resource_name.h"
#include "cli/table.h"
#include "fmt/format.h"
#include "syncline/v1/credential_service.pb.h"

namespace syncline::cli {
namespace {

// What a vendor says is shown on a terminal, and may be long.
constexpr std::size_t kWidthMax = 4'096;

const ResourceKind& Kind() { return *KindOfMessage("Credential"); }

absl::StatusOr<v1::TestCredentialResponse> Test(Session& session,
                                                const v1::TestCredentialRequest& request) {
  SYNCLINE_ASSIGN_OR_RETURN(
      const MessagePointer answer,
      session.server.Call(*Kind().service()->FindMethodByName("TestCredential"), request));
  return dynamic_cast<const v1::TestCredentialResponse&>(*answer);
}

// Call by call until every identity was tested; the answers as one.
absl::StatusOr<v1::TestCredentialResponse> TestAll(Session& session,
                                                   v1::TestCredentialRequest request) {
  SYNCLINE_ASSIGN_OR_RETURN(v1::TestCredentialResponse all, Test(session, request));
  while (all.next_identity() > request.first_identity()) {
    request.set_first_identity(all.next_identity());
    SYNCLINE_ASSIGN_OR_RETURN(v1::TestCredentialResponse more, Test(session, request));
    const bool shows_refusal = all.accepted() && !more.accepted();
    more.mutable_identities()->Swap(all.mutable_identities());
    for (v1::IdentityTest& identity : *all.mutable_identities()) {
      *more.add_identities() = std::move(identity);
    }
    if (!shows_refusal) {  // that of the first that was not accepted stands
      more.set_status(all.status());
      more.set_explanation(all.explanation());
      more.set_accepted(all.accepted());
      more.set_reason(all.reason());
      *more.mutable_missing_scopes() = all.missing_scopes();
      more.set_body(all.body());
    }
    all = std::move(more);
  }
  return all;
}

// The response and IdentityTest say alike what happened.
template <typename Message>
std::string Verdict(const Message& test) {
  return test.accepted() ? "accepted" : fmt::format("refused ({})", test.reason());
}

std::string IdentityLines(const v1::TestCredentialResponse& response) {
  std::string text;
  for (const v1::IdentityTest& test : response.identities()) {
    text += fmt::format("  {}: {}\n", Printable(test.identity(), kWidthMax), Verdict(test));
    if (!test.accepted()) {
      text += fmt::format("    {}\n", Printable(test.explanation(), kWidthMax));
    }
  }
  return text;
}

std::string TextOf(const std::string& name, const v1::TestCredentialResponse& response) {
  if (response.identities_size() > 0) {
    int accepted = 0;
    for (const v1::IdentityTest& test : response.identities()) accepted += test.accepted() ? 1 : 0;
    return fmt::format("credential {}: {} of {} identities accepted\n{}", name, accepted,
                       response.identities_size(), IdentityLines(response));
  }
  std::string text = fmt::format("credential {}: {}\n  {}\n", name, Verdict(response),
                                 Printable(response.explanation(), kWidthMax));
  if (!response.body().empty()) {
    text += fmt::format("  it says: {}\n", Printable(response.body(), kWidthMax));
  }
  return text;
}

std::string Ends(const v1::TestCredentialResponse& response) {
  std::string text;
  if (response.has_expire_time()) {
    text += fmt::format("  the secret ends {}\n", TextAt(response, "expire_time"));
  }
  if (response.has_token_expire_time()) {
    text += fmt::format("  the access token ends {}\n", TextAt(response, "token_expire_time"));
  }
  return text;
}

}  // namespace

CommandResult TestCommand(Session& session, const std::string& credential,
                          const TestOptions& options) {
  SYNCLINE_ASSIGN_OR_RETURN(const std::string name,
                            FullName(Kind(), session.workspace, credential));
  v1::TestCredentialRequest request;
  request.set_name(name);
  request.set_url(options.url);
  request.set_alternative(options.alternative);
  SYNCLINE_ASSIGN_OR_RETURN(const v1::TestCredentialResponse response, TestAll(session, request));
  if (session.format == OutputFormat::kTable) {
    session.out << TextOf(ShortName(name), response) << Ends(response);
  } else {
    MessagePointer copy(response.New());
    copy->CopyFrom(response);
    session.out << OneText(session.format, {}, copy);
  }
  return response.accepted() ? ExitCode::kOk : ExitCode::kRunFailed;
}

}  // namespace syncline::cli
