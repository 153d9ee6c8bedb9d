#include "credential/credential_opener.h"

#include <fmt/format.h>

#include <optional>

#include "auth/secret_fields.h"
#include "auth/validate_credential.h"
#include "base/status.h"

namespace syncline::credential {
namespace {

absl::Status Unavailable(const std::string& field, const std::string& reference,
                         std::string_view why) {
  return base::Error(base::Reason::kSecretUnavailable,
                     fmt::format("{}, {}: {}", field, reference, why),
                     {{"field", field}, {"reference", reference}});
}

}  // namespace

absl::StatusOr<OpenCredential> CredentialOpener::Open(const model::CredentialName& name) {
  SealedCredential sealed;
  SYNCLINE_RETURN_IF_ERROR(
      database_.RunTransaction([&](store::Transaction& transaction) -> absl::Status {
        SYNCLINE_ASSIGN_OR_RETURN(sealed, CredentialVault::Read(transaction, name));
        return absl::OkStatus();
      }));
  OpenCredential open;
  SYNCLINE_ASSIGN_OR_RETURN(open.secrets, vault_.Unseal(name, sealed));
  open.credential = std::move(sealed.credential);
  open.token_epoch = sealed.token_epoch;
  SYNCLINE_RETURN_IF_ERROR(Resolve(open));
  return open;
}

std::shared_ptr<PostgresTokenStore> CredentialOpener::TokensOf(const store::OAuthTokenKey& key,
                                                               std::int64_t token_epoch,
                                                               const base::Clock& clock,
                                                               base::Random& random) {
  return std::make_shared<PostgresTokenStore>(database_, vault_.sealer(), clock, random, key,
                                              token_epoch);
}

absl::Status CredentialOpener::Resolve(OpenCredential& open) const {
  if (open.credential.secret_references().empty()) return absl::OkStatus();
  for (const auto& [field, text] : open.credential.secret_references()) {
    const std::optional<std::string> path = auth::SecretPathOf(open.credential, field);
    const std::optional<auth::SecretReference> reference = auth::ParseSecretReference(text);
    if (!path.has_value() || !reference.has_value()) {
      return Unavailable(field, text, "is not a reference of this build");
    }
    auto secret = sources_.Read(*reference);
    if (!secret.ok()) return Unavailable(field, text, base::MessageOf(secret.status()));
    open.secrets[*path] = *std::move(secret);
  }
  // The same rules as at saving: no line break may reach a header.
  v1::Credential with_values = open.credential;
  with_values.clear_secret_references();
  const absl::Status valid = auth::ValidateCredential(with_values, open.secrets, {});
  for (const base::FieldViolation& violation : base::FieldViolationsOf(valid)) {
    const auto found = open.credential.secret_references().find(violation.field);
    if (found != open.credential.secret_references().end()) {
      return Unavailable(found->first, found->second, violation.description);
    }
  }
  return absl::OkStatus();
}

}  // namespace syncline::credential
