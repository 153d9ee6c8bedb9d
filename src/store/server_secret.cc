#include "store/server_secret.h"

#include <fmt/format.h>

#include "base/status.h"
#include "secret/random_bytes.h"
#include "store/sql.h"

namespace syncline::store {
namespace {

constexpr std::size_t kServerSecretBytes = 32;

}  // namespace

absl::StatusOr<secret::Secret> LoadServerSecret(Database& database, secret::Sealer& sealer,
                                                std::string_view id) {
  const std::string context = fmt::format("server/v1|{}", id);
  SYNCLINE_ASSIGN_OR_RETURN(Result found,
                            database.Execute(sql::kServerSecretFind, Parameters().Text(id)));
  if (found.empty()) {
    SYNCLINE_ASSIGN_OR_RETURN(const secret::Secret fresh, secret::RandomBytes(kServerSecretBytes));
    SYNCLINE_ASSIGN_OR_RETURN(const secret::Sealed sealed, sealer.Seal(fresh, context));
    // Of two servers that start at once, the first one's stays.
    SYNCLINE_RETURN_IF_ERROR(database
                                 .Execute(sql::kServerSecretInsert, Parameters()
                                                                        .Text(id)
                                                                        .Text(sealed.algorithm)
                                                                        .Text(sealed.key_id)
                                                                        .Bytes(sealed.wrapped_key)
                                                                        .Bytes(sealed.ciphertext))
                                 .status());
    SYNCLINE_ASSIGN_OR_RETURN(found,
                              database.Execute(sql::kServerSecretFind, Parameters().Text(id)));
  }
  return sealer.Open({.algorithm = std::string(found.Text(0, 0)),
                      .key_id = std::string(found.Text(0, 1)),
                      .wrapped_key = std::string(found.Bytes(0, 2)),
                      .ciphertext = std::string(found.Bytes(0, 3))},
                     context);
}

}  // namespace syncline::store
