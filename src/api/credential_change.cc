#include "api/credential_change.h"

#include <algorithm>
#include <utility>

#include "auth/credential_end.h"
#include "auth/secret_destination.h"
#include "auth/secret_fields.h"
#include "auth/secret_reference.h"
#include "auth/validate_credential.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

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

std::string AgainFor(const std::vector<std::string>& moves) {
  return fmt::format("is required again, for {} decide{} where it is sent, and change{}",
                     fmt::join(moves, ", "), moves.size() == 1 ? "s" : "",
                     moves.size() == 1 ? "s" : "");
}

// Why a secret part that is neither given nor stays is wanted; "" = it is not.
std::string WantedAgain(const CredentialChange& change, const std::string& path, bool was_stored) {
  const auto moves = auth::SecretMoves(change.before, change.credential, path);
  if (was_stored && !moves.empty()) return AgainFor(moves);
  // Of another kind nothing is stored: there one of its secret parts must be given.
  if (!change.keeps_kind && change.given.empty()) return "is required again, for the kind changes";
  return "";
}

// What a reference leads to is a secret like those that are stored.
void CheckReferencesGiven(const CredentialChange& change, base::FieldViolations& wrong) {
  const References& references = change.credential.secret_references();
  if (references.empty() || change.gives_references) return;
  if (!change.keeps_kind) {
    wrong.Add("credential.secretReferences", "is required again, for the kind changes");
    return;
  }
  std::set<std::string> moves;
  for (const auto& [json_path, reference] : references) {
    const auto path = auth::SecretPathOf(change.credential, json_path);
    if (!path.has_value()) continue;  // named by ValidateCredential
    for (std::string& field : auth::SecretMoves(change.before, change.credential, *path)) {
      moves.insert(std::move(field));
    }
  }
  if (!moves.empty()) {
    wrong.Add("credential.secretReferences", AgainFor({moves.begin(), moves.end()}));
  }
}

}  // namespace

bool CredentialChange::Stays(const std::string& path) const {
  return auth::HasPlaceFor(credential, path) && auth::SecretMoves(before, credential, path).empty();
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
  change.before = stored;
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
  // Also where a kind would do without: what was stored must not silently become nothing.
  std::set<std::string> named;
  for (const auto& violation : base::FieldViolationsOf(status)) named.insert(violation.field);
  for (const auth::SecretField& field : auth::SecretFieldsOf(change.credential)) {
    const bool has = change.given.contains(field.path) || staying.contains(field.path) ||
                     change.credential.secret_references().contains(field.json_path);
    if (has || named.contains(field.json_path)) continue;
    std::string mistake = WantedAgain(change, field.path, stored.contains(field.path));
    if (!mistake.empty()) wrong.Add("credential." + field.json_path, std::move(mistake));
  }
  CheckReferencesGiven(change, wrong);
  return wrong.ToStatus();
}

}  // namespace syncline::api
