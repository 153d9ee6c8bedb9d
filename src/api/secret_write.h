#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "api/handler_environment.h"
#include "api/mutation.h"
#include "credential/credential_vault.h"
#include "model/resource_name.h"

namespace syncline::api {

// Secret parts of one credential on their way into the database. A key service may be asked to seal
// them, and nobody shall wait for it who holds a row: the change is worked out in its transaction,
// which is given up where something is to be sealed; that is done; then the change is worked out
// anew and finds it sealed. Lives for one call, used by one thread.
class SecretWrite {
 public:
  // Between working out and writing others may change the credential; it is then worked out anew.
  static constexpr int kRoundsMax = 4;

  SecretWrite(credential::CredentialVault& vault, model::CredentialName name)
      : vault_(vault), name_(std::move(name)) {}

  // Stores, as the next version, `kept.fields` of what is stored and `given`; an empty one takes
  // away what is stored in its place. In the caller's transaction, which locked the credential.
  // True when a part became another one. Fails, and is_waiting() is true, when they have to be
  // sealed first.
  absl::StatusOr<bool> Write(store::Transaction& transaction,
                             const credential::SealedCredential& kept,
                             const auth::SecretMap& given);

  // Before each working out.
  void Restart() { wanted_.reset(); }
  bool is_waiting() const { return wanted_.has_value(); }
  // What the last Write wanted; outside of every transaction. KEY_UNAVAILABLE, CREDENTIAL_CORRUPT
  // for what is kept, INVALID_ARGUMENT for a secret too long.
  absl::Status Seal();
  // DATABASE_CONFLICT: others were quicker in every round.
  absl::Status Outrun() const;

 private:
  struct Wanted {
    credential::SealedCredential kept;
    auth::SecretMap given;
  };
  struct Ready {
    credential::SealedSecrets sealed;
    std::set<std::string> kept;  // what was kept, by its bytes
    bool any_new = false;
  };

  credential::CredentialVault& vault_;
  const model::CredentialName name_;
  std::optional<Wanted> wanted_;
  std::optional<Ready> ready_;
};

// Mutate for a change that stores secret parts of `name`: `work` also gets the SecretWrite, hands
// its errors on, and is called once per round.
template <typename Response, typename Request, typename Work>
absl::StatusOr<Response> MutateWithSecrets(const HandlerEnvironment& environment,
                                           std::string_view method,
                                           const model::CredentialName& name,
                                           const Request& request, Work work) {
  SecretWrite secrets(environment.vault, name);
  for (int round = 0; round < SecretWrite::kRoundsMax; ++round) {
    absl::StatusOr<Response> answer =
        Mutate<Response>(environment.database, method, name.workspace, request,
                         [&](store::Transaction& transaction) {
                           secrets.Restart();
                           return work(transaction, secrets);
                         });
    if (answer.ok() || !secrets.is_waiting()) return answer;
    SYNCLINE_RETURN_IF_ERROR(secrets.Seal());
  }
  return secrets.Outrun();
}

}  // namespace syncline::api
