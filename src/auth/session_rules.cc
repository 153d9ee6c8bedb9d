#include <fmt/format.h>

#include "auth/session_plan.h"
#include "auth/sign_in_check.h"
#include "request/vars.h"

namespace syncline::auth {

void CheckSession(const v1::SessionAuthentication& session, const SignInCheck& check) {
  const std::set<std::string> secrets = check.SecretNames("session.secrets");
  if (secrets.size() > SessionPlan::kSecretsMax) {
    check.Add("session.secrets", fmt::format("has {} entries; at most {} are allowed",
                                             secrets.size(), SessionPlan::kSecretsMax));
  }
  for (const std::string& name : secrets) {
    const std::string path = "session.secrets." + name;
    if (!request::IsVarName(name)) check.Add(path, "must be named by [a-z][a-z0-9_]*");
    check.CheckSecret(path, path, false, SignInCheck::Where::kAnywhere);
  }
  const auto plan = SessionPlan::Compile(session, secrets);
  if (!plan.ok()) return check.AddStatus("session", plan.status());
  for (const SessionPlan::KnownUrl& known : plan->known_urls) {
    check.CheckHost("session." + known.field, known.url);
  }
}

}  // namespace syncline::auth
