#include "store/key_canary.h"

#include <fmt/format.h>

#include <set>

#include "base/status.h"
#include "store/sealed_rows.h"
#include "store/sql.h"

namespace syncline::store {
namespace {

constexpr const char* kKnownText = "syncline key canary";

std::string ContextOf(std::string_view key_id) { return fmt::format("canary/v1|{}", key_id); }

absl::Status Unavailable(std::string_view key_id, std::string_view why) {
  return base::Error(base::Reason::kKeyUnavailable, fmt::format("key \"{}\": {}", key_id, why),
                     {{"key_id", std::string(key_id)}});
}

// The active key's id is in what it seals; the canary itself is sealed once that id is known.
absl::StatusOr<secret::Sealed> SealCanary(secret::Sealer& sealer) {
  SYNCLINE_ASSIGN_OR_RETURN(const secret::Sealed probe,
                            sealer.Seal(secret::Secret(kKnownText), "canary/v1"));
  return sealer.Seal(secret::Secret(kKnownText), ContextOf(probe.key_id));
}

absl::Status Verify(secret::Sealer& sealer, const Result& rows, int row) {
  const std::string key_id(rows.Text(row, 0));
  if (rows.IsNull(row, 1))
    return Unavailable(key_id, "sealed stored secrets, but has no check value");
  const auto opened = sealer.Open({.algorithm = std::string(rows.Text(row, 1)),
                                   .key_id = key_id,
                                   .wrapped_key = std::string(rows.Bytes(row, 2)),
                                   .ciphertext = std::string(rows.Bytes(row, 3))},
                                  ContextOf(key_id));
  if (opened.ok() && opened->Reveal() == kKnownText) return absl::OkStatus();
  if (!opened.ok() && base::ReasonOf(opened.status()) == base::Reason::kKeyUnavailable) {
    return Unavailable(key_id,
                       fmt::format("it sealed stored secrets and does not open them now: {}",
                                   base::MessageOf(opened.status())));
  }
  return Unavailable(key_id,
                     "its bytes are not those that stored secrets were sealed with; put back the "
                     "key that was used, or take the other one under an id of its own");
}

absl::StatusOr<Result> ReadCanaries(Database& database, const std::set<std::string_view>& ids) {
  return database.Execute(sql::kKeyCanariesOf, Parameters().TextArray({ids.begin(), ids.end()}));
}

// Of two servers with different bytes under one id, the first one's canary stays.
absl::Status Insert(Database& database, const secret::Sealed& canary) {
  return database
      .Execute(sql::kKeyCanaryInsert, Parameters()
                                          .Text(canary.key_id)
                                          .Text(canary.algorithm)
                                          .Bytes(canary.wrapped_key)
                                          .Bytes(canary.ciphertext))
      .status();
}

}  // namespace

// Statements of their own: a key service may be waited for in between, and nobody waits for a row.
absl::Status VerifyKeys(Database& database, secret::Sealer& sealer) {
  SYNCLINE_ASSIGN_OR_RETURN(const secret::Sealed canary, SealCanary(sealer));
  std::vector<KeyUse> uses;
  SYNCLINE_RETURN_IF_ERROR(database.RunTransaction([&](Transaction& transaction) -> absl::Status {
    SYNCLINE_ASSIGN_OR_RETURN(uses, CountKeyUses(transaction));
    return absl::OkStatus();
  }));
  std::set<std::string_view> ids{canary.key_id};
  for (const KeyUse& use : uses) ids.insert(use.key_id);
  SYNCLINE_ASSIGN_OR_RETURN(const Result rows, ReadCanaries(database, ids));
  bool is_first_time = false;
  for (int row = 0; row < rows.size(); ++row) {
    if (rows.Text(row, 0) == canary.key_id && rows.IsNull(row, 1)) {
      is_first_time = true;
    } else {
      SYNCLINE_RETURN_IF_ERROR(Verify(sealer, rows, row));
    }
  }
  if (!is_first_time) return absl::OkStatus();
  SYNCLINE_RETURN_IF_ERROR(Insert(database, canary));
  SYNCLINE_ASSIGN_OR_RETURN(const Result stored, ReadCanaries(database, {canary.key_id}));
  return Verify(sealer, stored, 0);
}

absl::StatusOr<bool> KnowsAnyKey(Database& database) {
  SYNCLINE_ASSIGN_OR_RETURN(const Result rows, database.Execute(sql::kKeyCanaryAny));
  return rows.Bool(0, 0);
}

}  // namespace syncline::store
