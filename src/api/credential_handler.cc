#include "api/credential_handler.h"

#include <google/protobuf/util/message_differencer.h>

#include <set>
#include <vector>

#include "api/credential_change.h"
#include "api/etag.h"
#include "api/mutation.h"
#include "api/oauth2_call.h"
#include "api/reauthorization.h"
#include "api/secret_write.h"
#include "api/update_mask.h"
#include "auth/alternative.h"
#include "auth/credential_end.h"
#include "auth/secret_destination.h"
#include "auth/secret_fields.h"
#include "auth/validate_credential.h"
#include "base/clock.h"
#include "credential/audit_trail.h"
#include "credential/credential_opener.h"
#include "credential/credential_vault.h"
#include "fmt/ranges.h"
#include "model/resource_name.h"
#include "store/credential_store.h"
#include "store/oauth_token_store.h"
#include "store/workspace_store.h"

namespace syncline::api {
namespace {

using credential::AuditTrail;
using google::protobuf::Empty;
using google::protobuf::util::MessageDifferencer;
using model::CredentialName;
using model::WorkspaceName;
using store::Transaction;

const UpdateRules kRules{.ignored = {"name", "secret_version", "state", "state_message",
                                     "token_expire_time", "create_time", "update_time", "etag"}};

absl::StatusOr<v1::Credential> Shown(absl::StatusOr<v1::Credential> credential) {
  if (credential.ok()) auth::ShowExpireTime(&*credential);
  return credential;
}

// IN_USE when an alternative goes that an integration signs in with.
absl::Status CheckAlternativesUsed(Transaction& transaction, const CredentialName& name,
                                   const v1::Credential& stored, const v1::Credential& changed) {
  for (const std::string& alternative : auth::RemovedAlternatives(stored, changed)) {
    SYNCLINE_ASSIGN_OR_RETURN(
        const std::vector<std::string> users,
        store::AlternativeUsers(transaction, name, alternative, kUsersNamedMax));
    if (users.empty()) continue;
    return InUse(fmt::format("the alternative \"{}\" of {}", alternative, name.ToString()), users);
  }
  return absl::OkStatus();
}

std::set<std::string> PathsOf(const std::vector<store::SealedField>& fields) {
  std::set<std::string> paths;
  for (const store::SealedField& field : fields) paths.insert(field.field);
  return paths;
}

// Writes the new set of secret parts: those given, and of the stored ones those that stay. True
// when what signs in is not what it was.
absl::StatusOr<bool> SaveSecrets(Transaction& transaction, SecretWrite& writing,
                                 const CredentialChange& change, const v1::Credential& stored,
                                 const std::vector<store::SealedField>& fields) {
  const std::set<std::string> gone = change.GoneOf(PathsOf(fields));
  const bool any_new = !gone.empty() || change.changes_references;
  if (change.given.empty() && gone.empty()) return any_new;
  credential::SealedCredential kept{.credential = stored, .fields = fields};
  std::erase_if(kept.fields,
                [&](const store::SealedField& field) { return gone.contains(field.field); });
  SYNCLINE_ASSIGN_OR_RETURN(const bool any_other, writing.Write(transaction, kept, change.given));
  return any_new || any_other;
}

// Whether what is asked of a provider changed, apart from secret parts and hosts.
bool AsksOtherwise(v1::Credential changed, v1::Credential stored) {
  for (v1::Credential* const credential : {&changed, &stored}) {
    credential->clear_display_name();
    credential->clear_expire_time();
  }
  return !MessageDifferencer::Equals(changed, stored);
}

// Tokens were granted to one sign-in: another one starts without, and whoever is at work with the
// old one stores none for it. The same secret parts once more, as `apply` sends them, are no other
// sign-in; but where a person is wanted, whoever sends them says that they are good now.
absl::Status RenewTokens(Transaction& transaction, const CredentialName& name,
                         const CredentialChange& change, const v1::Credential& stored,
                         bool new_secrets) {
  const bool mended =
      !change.given.empty() && stored.state() == v1::Credential::STATE_REAUTH_REQUIRED;
  const bool moves = change.changes_hosts || auth::MovesTokens(stored, change.credential);
  if (moves || !change.keeps_kind || new_secrets || mended) {
    SYNCLINE_RETURN_IF_ERROR(store::ForgetOAuthTokens(transaction, name));
    return ResumeSchedulesOf(transaction, name, std::nullopt);
  }
  if (!AsksOtherwise(change.credential, stored)) return absl::OkStatus();
  return store::ExpireOAuthAccess(transaction, name);
}

// Names of fields and references, never a value.
std::string DetailOf(const v1::Credential& credential, const auth::SecretMap& given) {
  std::string detail;
  for (const auto& [path, secret] : given) {
    detail += fmt::format("{}{}", detail.empty() ? "values: " : ", ", path);
  }
  std::string references;
  for (const auto& [path, text] : credential.secret_references()) {
    references += fmt::format("{}{} from {}", references.empty() ? "" : ", ", path, text);
  }
  if (references.empty()) return detail;
  return fmt::format("{}{}references: {}", detail, detail.empty() ? "" : "; ", references);
}

absl::Status RecordStored(Transaction& transaction, AuditTrail& trail, const CredentialName& name,
                          const v1::Credential& credential, const auth::SecretMap& given) {
  return trail.Record(transaction, name.workspace, v1::AuditEvent::KIND_SECRETS_STORED,
                      name.ToString(), DetailOf(credential, given));
}

absl::Status RecordChange(Transaction& transaction, AuditTrail& trail, const CredentialName& name,
                          const CredentialChange& change, const v1::Credential& stored) {
  if (!change.given.empty() || change.changes_references) {
    SYNCLINE_RETURN_IF_ERROR(
        RecordStored(transaction, trail, name, change.credential, change.given));
  }
  if (!change.changes_hosts) return absl::OkStatus();
  return trail.Record(transaction, name.workspace, v1::AuditEvent::KIND_HOSTS_CHANGED,
                      name.ToString(),
                      fmt::format("from {} to {}", fmt::join(HostsOf(stored), ", "),
                                  fmt::join(HostsOf(change.credential), ", ")));
}

// What was only checked changed nothing.
template <typename Request, typename Answer>
Answer Told(const Request& request, const AuditTrail& trail, Answer answer) {
  bool validate_only = false;
  if constexpr (requires { request.validate_only(); }) validate_only = request.validate_only();
  if (answer.ok() && !validate_only) trail.Tell();
  return answer;
}

}  // namespace

absl::StatusOr<v1::Credential> CredentialHandler::Create(
    const v1::CreateCredentialRequest& request) const {
  SYNCLINE_ASSIGN_OR_RETURN(const auto parent,
                            ParseName<WorkspaceName>(request.parent(), "parent"));
  const CredentialName name{parent.workspace, request.credential_id()};
  v1::Credential spec = request.credential();
  auth::ForgetShownExpireTime(spec, &spec);
  const auth::SecretMap secrets = auth::ExtractSecrets(&spec);
  base::FieldViolations wrong;
  CheckId(wrong, "credentialId", name.credential, model::IsResourceId(name.credential),
          model::kResourceIdRule);
  wrong.AddStatus("credential",
                  auth::ValidateCredential(spec, secrets, {}, environment_.clock.Now()));
  CheckReferences(environment_.credentials.sources(), spec, wrong);
  SYNCLINE_RETURN_IF_ERROR(wrong.ToStatus());
  AuditTrail trail(environment_.logger);
  auto created = MutateWithSecrets<v1::Credential>(
      environment_, "syncline.v1.CredentialService/CreateCredential", name, request,
      [&](Transaction& transaction, SecretWrite& writing) -> absl::StatusOr<v1::Credential> {
        trail.Restart();
        SYNCLINE_RETURN_IF_ERROR(store::FindWorkspace(transaction, parent).status());
        SYNCLINE_RETURN_IF_ERROR(store::InsertCredential(transaction, name, spec).status());
        if (!secrets.empty()) {
          SYNCLINE_RETURN_IF_ERROR(writing.Write(transaction, {}, secrets).status());
        }
        if (!secrets.empty() || !spec.secret_references().empty()) {
          SYNCLINE_RETURN_IF_ERROR(RecordStored(transaction, trail, name, spec, secrets));
        }
        return Shown(store::FindCredential(transaction, name));
      });
  return Told(request, trail, std::move(created));
}

absl::StatusOr<v1::Credential> CredentialHandler::Get(
    const v1::GetCredentialRequest& request) const {
  SYNCLINE_ASSIGN_OR_RETURN(const auto name, ParseName<CredentialName>(request.name(), "name"));
  return ReadInTransaction(environment_.database, [&](Transaction& transaction) {
    return Shown(store::FindCredential(transaction, name));
  });
}

absl::StatusOr<v1::ListCredentialsResponse> CredentialHandler::List(
    const v1::ListCredentialsRequest& request) const {
  SYNCLINE_ASSIGN_OR_RETURN(const auto parent,
                            ParseName<WorkspaceName>(request.parent(), "parent"));
  using Items = std::vector<v1::Credential>;
  return ListPage<v1::ListCredentialsResponse>(
      environment_.page_tokens, request, &v1::ListCredentialsResponse::mutable_credentials,
      [&](const std::string& after, int limit) {
        return ReadInTransaction(
            environment_.database, [&](Transaction& transaction) -> absl::StatusOr<Items> {
              SYNCLINE_RETURN_IF_ERROR(store::FindWorkspace(transaction, parent).status());
              SYNCLINE_ASSIGN_OR_RETURN(
                  Items items, store::ListCredentials(transaction, parent.workspace, after, limit));
              for (v1::Credential& credential : items) auth::ShowExpireTime(&credential);
              return items;
            });
      },
      [](const v1::Credential& credential) { return LastId(credential.name()); });
}

absl::StatusOr<v1::Credential> CredentialHandler::Update(
    const v1::UpdateCredentialRequest& request) const {
  SYNCLINE_ASSIGN_OR_RETURN(
      const auto name, ParseName<CredentialName>(request.credential().name(), "credential.name"));
  AuditTrail trail(environment_.logger);
  auto updated = MutateWithSecrets<v1::Credential>(
      environment_, "syncline.v1.CredentialService/UpdateCredential", name, request,
      [&](Transaction& transaction, SecretWrite& writing) -> absl::StatusOr<v1::Credential> {
        trail.Restart();
        SYNCLINE_ASSIGN_OR_RETURN(
            const v1::Credential stored,
            store::FindCredential(transaction, name, store::Lock::kForUpdate));
        SYNCLINE_RETURN_IF_ERROR(
            CheckEtag(request.credential().etag(), stored.etag(), name.ToString()));
        v1::Credential merged = stored;
        SYNCLINE_RETURN_IF_ERROR(ApplyUpdateMask(request.update_mask(), request.credential(),
                                                 kRules, "credential", &merged));
        const CredentialChange change = MakeCredentialChange(request, std::move(merged), stored);
        SYNCLINE_ASSIGN_OR_RETURN(const std::vector<store::SealedField> fields,
                                  store::ReadSealedFields(transaction, name));
        SYNCLINE_RETURN_IF_ERROR(CheckCredentialChange(
            environment_.credentials.sources(), environment_.clock.Now(), change, PathsOf(fields)));
        SYNCLINE_RETURN_IF_ERROR(
            CheckAlternativesUsed(transaction, name, stored, change.credential));
        if (change.given.empty() && MessageDifferencer::Equals(change.credential, stored)) {
          return Shown(stored);
        }
        SYNCLINE_RETURN_IF_ERROR(
            store::UpdateCredential(transaction, name, change.credential).status());
        SYNCLINE_ASSIGN_OR_RETURN(const bool new_secrets,
                                  SaveSecrets(transaction, writing, change, stored, fields));
        SYNCLINE_RETURN_IF_ERROR(RenewTokens(transaction, name, change, stored, new_secrets));
        SYNCLINE_RETURN_IF_ERROR(RecordChange(transaction, trail, name, change, stored));
        return Shown(store::FindCredential(transaction, name));
      });
  return Told(request, trail, std::move(updated));
}

absl::StatusOr<Empty> CredentialHandler::Delete(const v1::DeleteCredentialRequest& request,
                                                const CallScope& scope) const {
  SYNCLINE_ASSIGN_OR_RETURN(const auto name, ParseName<CredentialName>(request.name(), "name"));
  // What is to be taken back; a credential that has no tokens, or cannot be opened any more, is
  // deleted all the same.
  const std::vector<HeldTokens> all = FindHeldTokens(environment_, scope, name);
  // A retry that gets the first answer again must not take back what a credential of the same name
  // was granted since.
  bool deleted = false;
  AuditTrail trail(environment_.logger);
  SYNCLINE_ASSIGN_OR_RETURN(
      const Empty answer,
      Mutate<Empty>(
          environment_.database, "syncline.v1.CredentialService/DeleteCredential", name.workspace,
          request, [&](Transaction& transaction) -> absl::StatusOr<Empty> {
            trail.Restart();
            SYNCLINE_ASSIGN_OR_RETURN(
                const v1::Credential stored,
                store::FindCredential(transaction, name, store::Lock::kForUpdate));
            SYNCLINE_RETURN_IF_ERROR(CheckEtag(request.etag(), stored.etag(), name.ToString()));
            SYNCLINE_ASSIGN_OR_RETURN(const std::vector<std::string> users,
                                      store::CredentialUsers(transaction, name, kUsersNamedMax));
            if (!users.empty()) return InUse(name.ToString(), users);
            SYNCLINE_RETURN_IF_ERROR(store::DeleteCredential(transaction, name));
            SYNCLINE_RETURN_IF_ERROR(trail.Record(transaction, name.workspace,
                                                  v1::AuditEvent::KIND_CREDENTIAL_DELETED,
                                                  name.ToString(), ""));
            deleted = true;
            return Empty();
          }));
  if (!deleted) return answer;
  trail.Tell();
  for (const HeldTokens& held : all) RevokeTokens(environment_, held, name);
  return answer;
}

}  // namespace syncline::api
