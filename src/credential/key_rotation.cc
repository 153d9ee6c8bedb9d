#include "credential/key_rotation.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "base/status.h"
#include "model/resource_name.h"

namespace syncline::credential {
namespace {

std::string WorkspaceOf(const std::string& resource) {
  const auto name = model::CredentialName::Parse(resource);
  return name.ok() ? name->workspace : std::string();
}

}  // namespace

std::int64_t KeyRotation::Report::behind() const {
  std::int64_t rows = 0;
  for (const store::KeyUse& use : uses) rows += use.key_id == active_id ? 0 : use.row_count;
  return rows;
}

absl::StatusOr<KeyRotation::Report> KeyRotation::Run(
    const std::function<void(std::int64_t)>& on_progress) {
  SYNCLINE_ASSIGN_OR_RETURN(const std::vector<std::string> ids, keys_.Ids());
  Report report{.active_id = ids.front()};
  for (const store::SealedTable& table : store::SealedTables()) {
    std::int64_t corrupt = 0;
    for (int walk = 0; walk < kWalksMax; ++walk) {
      const std::int64_t before = report.rewrapped;
      SYNCLINE_ASSIGN_OR_RETURN(corrupt, Walk(table, report, on_progress));
      if (report.rewrapped == before) break;
    }
    report.corrupt += corrupt;
  }
  SYNCLINE_RETURN_IF_ERROR(
      database_.RunTransaction([&](store::Transaction& transaction) -> absl::Status {
        SYNCLINE_ASSIGN_OR_RETURN(report.uses, store::CountKeyUses(transaction));
        return absl::OkStatus();
      }));
  if (report.rewrapped > 0) {
    audit_.Record("", v1::AuditEvent::KIND_KEYS_ROTATED, fmt::format("keys/{}", report.active_id),
                  fmt::format("{} data keys were wrapped anew, {} rows are of older keys",
                              report.rewrapped, report.behind()));
  }
  return report;
}

absl::StatusOr<std::int64_t> KeyRotation::Walk(
    const store::SealedTable& table, Report& report,
    const std::function<void(std::int64_t)>& on_progress) {
  Batch batch;
  std::int64_t corrupt = 0;
  do {
    const std::string after = batch.last;
    SYNCLINE_ASSIGN_OR_RETURN(batch, RewrapBatch(table, report.active_id, after));
    report.rewrapped += batch.rewrapped;
    corrupt += static_cast<std::int64_t>(batch.corrupt.size());
    for (const std::string& resource : batch.corrupt) {
      audit_.Record(WorkspaceOf(resource), v1::AuditEvent::KIND_CREDENTIAL_CORRUPT, resource,
                    base::MessageOf(secret::SealedSecretCorrupt()));
    }
    if (batch.rewrapped > 0) on_progress(report.rewrapped);
  } while (!batch.last.empty());
  return corrupt;
}

absl::StatusOr<KeyRotation::Batch> KeyRotation::RewrapBatch(const store::SealedTable& table,
                                                            const std::string& active_id,
                                                            const std::string& after) {
  std::vector<store::SealedRow> rows;
  SYNCLINE_RETURN_IF_ERROR(
      database_.RunTransaction([&](store::Transaction& transaction) -> absl::Status {
        SYNCLINE_ASSIGN_OR_RETURN(
            rows, store::ReadRowsOfOtherKeys(transaction, table, active_id, after, kBatchRows));
        return absl::OkStatus();
      }));
  Batch batch;
  std::vector<std::pair<const store::SealedRow*, secret::WrappedKey>> anew;
  for (const store::SealedRow& row : rows) {
    batch.last = row.place;
    const auto data_key = keys_.Unwrap(row.wrapped, row.context);
    if (!data_key.ok() && base::ReasonOf(data_key.status()) == base::Reason::kCredentialCorrupt) {
      batch.corrupt.push_back(row.resource);
      continue;
    }
    if (!data_key.ok()) return data_key.status();
    SYNCLINE_ASSIGN_OR_RETURN(secret::WrappedKey wrapped, keys_.Wrap(*data_key, row.context));
    anew.emplace_back(&row, std::move(wrapped));
  }
  SYNCLINE_RETURN_IF_ERROR(
      database_.RunTransaction([&](store::Transaction& transaction) -> absl::Status {
        batch.rewrapped = 0;
        for (const auto& [row, wrapped] : anew) {
          SYNCLINE_ASSIGN_OR_RETURN(const bool done,
                                    store::RewrapRow(transaction, table, *row, wrapped));
          batch.rewrapped += done ? 1 : 0;
        }
        return absl::OkStatus();
      }));
  return batch;
}

}  // namespace syncline::credential
