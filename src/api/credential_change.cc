#include "api/credential_change.h"

#include <algorithm>
#include <utility>

#include "auth/credential_end.h"
#include "auth/secret_fields.h"
#include "auth/secret_reference.h"
#include "auth/validate_credential.h"
#include "fmt/format.h"

namespace syncline::api {
namespace {

using References = google::protobuf::Map<std::string, std::string>;

bool MapsEqual(const References& a, const References& b) {
  return a.size() == b.size() && std::ranges::all_of(a, [&](const auto& entry) {
           const auto found = b.find(entry.first);
           return found != b.end() && found->second == entry.second;
         });
}

bool GivesReferences(const v1::UpdateCredentialRequest& request) {
  const auto& paths = request.update_mask().paths();
  if (paths.empty()) return !request.credential().secret_references().empty();
  return std::ranges::any_of(
      paths, [](const std::string& path) { return path == "*" || path == "secret_references"; });
}

}  // namespace

bool CredentialChange::Stays(const std::string& path) const {
  const bool is_beside = path.starts_with("alternatives.") || path.starts_with("tls.");
  return !changes_hosts && (keeps_kind || is_beside) && auth::HasPlaceFor(credential, path);
}

std::set<std::string> CredentialChange::GoneOf(const std::set<std::string>& stored) const {
  std::set<std::string> gone;
  for (const auto& [json_path, reference] : credential.secret_references()) {
    const auto path = auth::SecretPathOf(credential, json_path);
    if (path.has_value() && stored.contains(*path)) gone.insert(*path);
  }
  for (const std::string& path : stored) {
    if (!Stays(path)) gone.insert(path);
  }
  return gone;
}

std::set<std::string> HostsOf(const v1::Credential& credential) {
  return {credential.allowed_hosts().begin(), credential.allowed_hosts().end()};
}

CredentialChange MakeCredentialChange(const v1::UpdateCredentialRequest& request,
                                      v1::Credential merged, const v1::Credential& stored) {
  CredentialChange change;
  change.gives_references = GivesReferences(request);
  change.changes_hosts = HostsOf(merged) != HostsOf(stored);
  change.changes_references = !MapsEqual(merged.secret_references(), stored.secret_references());
  change.given = auth::ExtractSecrets(&merged);
  change.keeps_kind = merged.kind_case() == stored.kind_case();
  auth::ForgetShownExpireTime(stored, &merged);
  change.certificate_changes =
      merged.tls().client_certificate() != stored.tls().client_certificate();
  change.credential = std::move(merged);
  return change;
}

void CheckReferences(const credential::SecretSources& sources, const v1::Credential& credential,
                     base::FieldViolations& wrong) {
  for (const auto& [field, text] : credential.secret_references()) {
    const auto reference = auth::ParseSecretReference(text);
    if (!reference.has_value()) continue;  // named by ValidateCredential
    std::string mistake = sources.Mistake(*reference);
    if (!mistake.empty()) {
      wrong.Add(fmt::format("credential.secretReferences.{}", field), std::move(mistake));
    }
  }
}

absl::Status CheckCredentialChange(const credential::SecretSources& sources, base::Time now,
                                   const CredentialChange& change,
                                   const std::set<std::string>& stored) {
  std::set<std::string> staying = stored;
  std::erase_if(staying, [&](const std::string& path) { return !change.Stays(path); });
  if (change.certificate_changes) staying.erase("tls.client_key");
  const absl::Status status =
      auth::ValidateCredential(change.credential, change.given, staying, now);
  base::FieldViolations wrong;
  wrong.AddStatus("credential", status);
  CheckReferences(sources, change.credential, wrong);
  if (!change.changes_hosts && change.keeps_kind) return wrong.ToStatus();
  if (!change.credential.secret_references().empty() && !change.gives_references) {
    wrong.Add("credential.secretReferences",
              "is required again, for the kind or the allowed hosts change");
  }
  // Also where a kind would do without: what was stored must not silently become nothing.
  std::set<std::string> named;
  for (const auto& violation : base::FieldViolationsOf(status)) named.insert(violation.field);
  for (const auth::SecretField& field : auth::SecretFieldsOf(change.credential)) {
    // Of another kind nothing is stored: there one of its secret parts must be given.
    const bool had = stored.contains(field.path) || change.given.empty();
    const bool has = change.given.contains(field.path) || staying.contains(field.path) ||
                     change.credential.secret_references().contains(field.json_path);
    if (has || named.contains(field.json_path) || !had) continue;
    wrong.Add(fmt::format("credential.{}", field.json_path),
              "is required again, for the kind or the allowed hosts change");
  }
  return wrong.ToStatus();
}

}  // namespace syncline::api
