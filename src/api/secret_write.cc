#include "api/secret_write.h"

#include "base/status.h"

namespace syncline::api {
namespace {

// A ciphertext begins with a nonce of its own: equal bytes are the same sealing of the same value.
// Wrapped keys may change meanwhile, by rotation.
std::set<std::string> BytesOf(const std::vector<store::SealedField>& fields) {
  std::set<std::string> bytes;
  for (const store::SealedField& field : fields) {
    bytes.insert(fmt::format("{}|{}|{}", field.field, field.version, field.sealed.ciphertext));
  }
  return bytes;
}

}  // namespace

absl::StatusOr<bool> SecretWrite::Write(store::Transaction& transaction,
                                        const credential::SealedCredential& kept,
                                        const auth::SecretMap& given) {
  const std::int64_t version = kept.credential.secret_version() + 1;
  if (kept.fields.empty() && given.empty()) ready_ = Ready{.sealed = {.version = version}};
  if (!ready_.has_value() || ready_->sealed.version != version ||
      ready_->kept != BytesOf(kept.fields)) {
    wanted_ = Wanted{.kept = kept};
    for (const auto& [path, secret] : given) wanted_->given.emplace(path, secret.Clone());
    return base::Error(base::Reason::kCancelled, "secret parts are to be sealed first");
  }
  SYNCLINE_ASSIGN_OR_RETURN(const bool written,
                            credential::CredentialVault::Write(transaction, name_, ready_->sealed));
  if (!written) return Outrun();
  return ready_->any_new;
}

absl::Status SecretWrite::Seal() {
  auth::SecretMap all;
  if (!wanted_->kept.fields.empty()) {  // what goes need not be readable
    SYNCLINE_ASSIGN_OR_RETURN(all, vault_.Unseal(name_, wanted_->kept));
  }
  Ready ready{.kept = BytesOf(wanted_->kept.fields)};
  for (const auto& [path, secret] : wanted_->given) {
    secret::Secret& stored = all[path];
    ready.any_new = ready.any_new || stored.Reveal() != secret.Reveal();
    stored = secret.Clone();
    if (secret.empty()) all.erase(path);
  }
  SYNCLINE_ASSIGN_OR_RETURN(ready.sealed,
                            vault_.Seal(name_, wanted_->kept.credential.secret_version() + 1, all));
  ready_ = std::move(ready);
  return absl::OkStatus();
}

absl::Status SecretWrite::Outrun() const {
  return base::Error(base::Reason::kDatabaseConflict,
                     fmt::format("{} was changed by others while its secret parts were sealed, "
                                 "each time anew; retry",
                                 name_.ToString()));
}

}  // namespace syncline::api
