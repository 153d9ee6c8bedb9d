#include "auth/alternative.h"

#include <fmt/format.h>

#include <set>
#include <string_view>

#include "base/status.h"

namespace syncline::auth {
namespace {

constexpr std::string_view kAlternatives = "alternatives.";

std::string NamesOf(const v1::Credential& credential) {
  std::set<std::string> names;
  for (const auto& [name, sign_in] : credential.alternatives()) names.insert(name);
  return names.empty() ? "it has none" : fmt::format("it has: {}", fmt::join(names, ", "));
}

// SignIn has the fields of Credential.kind with their numbers, so its bytes are those of a
// credential that has this kind alone; a test holds the contract to it.
void TakeKind(const v1::SignIn& sign_in, v1::Credential* credential) {
  credential->clear_kind();
  credential->MergeFromString(sign_in.SerializeAsString());
}

bool PutsIntoBody(const v1::Credential& credential) {
  if (credential.has_api_token()) return !credential.api_token().body().empty();
  for (const auto& [name, token] : credential.api_tokens().tokens()) {
    if (!token.body().empty()) return true;
  }
  return false;
}

}  // namespace

absl::Status PickAlternative(const std::string& alternative, v1::Credential* credential,
                             SecretMap* secrets) {
  SecretMap picked;
  const std::string begin = fmt::format("{}{}.", kAlternatives, alternative);
  if (!alternative.empty()) {
    const auto found = credential->alternatives().find(alternative);
    if (found == credential->alternatives().end()) {
      return base::Error(base::Reason::kNotFound,
                         fmt::format("The credential has no alternative '{}'; {}.", alternative,
                                     NamesOf(*credential)));
    }
    TakeKind(v1::SignIn(found->second), credential);
  }
  for (auto& [path, secret] : *secrets) {
    const bool is_beside = path.starts_with("tls.");
    if (!alternative.empty() && path.starts_with(begin)) {
      picked.emplace(path.substr(begin.size()), std::move(secret));
    } else if (is_beside || (alternative.empty() && !path.starts_with(kAlternatives))) {
      picked.emplace(path, std::move(secret));
    }
  }
  credential->clear_alternatives();
  *secrets = std::move(picked);
  return absl::OkStatus();
}

std::vector<std::string> RemovedAlternatives(const v1::Credential& before,
                                             const v1::Credential& after) {
  std::set<std::string> removed;
  for (const auto& [name, sign_in] : before.alternatives()) {
    if (!after.alternatives().contains(name)) removed.insert(name);
  }
  return {removed.begin(), removed.end()};
}

void CheckPickedSignIn(const v1::Integration& integration, const v1::Credential* credential,
                       base::FieldViolations* violations) {
  const std::string& alternative = integration.credential_alternative();
  if (credential == nullptr) {
    if (alternative.empty()) return;
    violations->Add("credentialAlternative", "is set without a credential; name one in credential");
    return;
  }
  v1::Credential picked = *credential;
  SecretMap none;
  if (!PickAlternative(alternative, &picked, &none).ok()) {
    violations->Add("credentialAlternative",
                    fmt::format("the credential has no alternative \"{}\"; {}", alternative,
                                NamesOf(*credential)));
    return;
  }
  const v1::Request& request = integration.request();
  const bool has_place = request.has_body() || request.has_graphql() || !request.form().empty();
  if (PutsIntoBody(picked) && !has_place) {
    violations->Add(
        "request.body",
        "is required: the credential's token goes into it; give {} with method POST, or "
        "a form, or graphql");
  }
}

}  // namespace syncline::auth
