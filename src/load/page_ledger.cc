#include "load/page_ledger.h"

#include <algorithm>
#include <unordered_map>

#include "base/status.h"
#include "store/run_event_json.h"
#include "store/sql.h"
#include "store/wire_format.h"

namespace syncline::load {
namespace {

absl::Status Fenced() {
  return base::Error(base::Reason::kRunFenced, "The run is no longer this worker's.");
}

model::PageCommitted CommittedOf(const PageCommit& page, const PageOutcome& outcome) {
  return {.page_number = page.page_number,
          .page = outcome.page,
          .total = outcome.total,
          .refusal = page.refusal,
          .doubt = page.doubt,
          .paging = page.paging};
}

void AppendText(std::string& out, std::string_view text) {
  store::AppendInt32(out, static_cast<std::int32_t>(text.size()));
  out.append(text);
}

void AppendNumber(std::string& out, std::int64_t number) {
  store::AppendInt32(out, sizeof(number));
  store::AppendInt64(out, number);
}

// A uuid's text as its sixteen bytes.
std::string UuidBytes(std::string_view text) {
  std::string bytes;
  int high = -1;
  for (const char c : text) {
    if (c == '-') continue;
    const int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
    if (high < 0) {
      high = digit;
    } else {
      bytes.push_back(static_cast<char>(high * 16 + digit));
      high = -1;
    }
  }
  return bytes;
}

}  // namespace

store::Parameters PageLedger::FenceParameters() const {
  store::Parameters parameters;
  parameters.Uuid(target_.fence.run_id).Uuid(target_.fence.worker_id).Int64(target_.fence.epoch);
  return parameters;
}

absl::StatusOr<PageLedger::Position> PageLedger::Begin(store::Connection& connection) const {
  SYNCLINE_ASSIGN_OR_RETURN(const store::Result row,
                            connection.Execute(target_.begin, FenceParameters()));
  if (row.empty()) return Fenced();
  Position position{.page_number = row.Int64(0, 0), .has_links = row.Bool(0, 2)};
  SYNCLINE_ASSIGN_OR_RETURN(position.total, store::DecodeCounters(row.Text(0, 1)));
  return position;
}

absl::StatusOr<PageLedger::Fence> PageLedger::Lock(store::Transaction& transaction,
                                                   const PageCommit& page, bool doubtful) const {
  SYNCLINE_ASSIGN_OR_RETURN(const store::Result row,
                            transaction.Execute(store::sql::kPageCommitFence, FenceParameters()));
  if (!row.empty()) {
    const std::int64_t committed = row.Int64(0, 0);
    if (doubtful && committed == page.page_number) return Fence{true, row.Int64(0, 2)};
    if (committed + 1 != page.page_number) return Fenced();
    if (row.Bool(0, 1)) return base::Error(base::Reason::kCancelled, "A cancel was asked for.");
    return Fence{};
  }
  if (!doubtful || !page.last) return Fenced();
  SYNCLINE_ASSIGN_OR_RETURN(const store::Result ended,
                            transaction.Execute(store::sql::kPageCommitEnded,
                                                store::Parameters().Uuid(target_.fence.run_id)));
  if (ended.empty()) return Fenced();
  return Fence{true, ended.Int64(0, 0)};
}

absl::Status PageLedger::WriteVersions(store::Transaction& transaction, const PageCommit& page,
                                       const std::vector<Link>& links,
                                       const std::vector<model::Reject>& refused) const {
  if (page.versions.empty()) return absl::OkStatus();
  std::unordered_map<std::int64_t, std::size_t> row_of;
  for (std::size_t row = 0; row < page.rows.size(); ++row) {
    if (links[row].link_id != 0) row_of.emplace(page.rows.record_indexes[row], row);
  }
  for (const model::Reject& reject : refused) row_of.erase(reject.record_index);
  std::vector<base::Hash128> records, versions, keys;
  for (const RecordVersion& one : page.versions) {
    const auto row = row_of.find(one.record_index);
    if (row == row_of.end()) continue;  // rejected, a duplicate, or left out by the policy
    records.push_back(one.record);
    versions.push_back(one.version);
    keys.push_back(page.rows.record_keys[row->second]);
  }
  if (records.empty()) return absl::OkStatus();
  return transaction
      .Execute(target_.record_versions, store::Parameters()
                                            .Int64(target_.integration_uid)
                                            .HashArray(records)
                                            .HashArray(versions)
                                            .HashArray(keys))
      .status();
}

absl::Status PageLedger::CopyRejects(store::Transaction& transaction, std::int64_t page_number,
                                     const std::vector<model::Reject>& rejects,
                                     std::size_t count_max) const {
  if (rejects.empty()) return absl::OkStatus();
  std::string tuples;
  const std::string run = UuidBytes(target_.fence.run_id);
  for (std::size_t i = 0; i < std::min(rejects.size(), count_max); ++i) {
    const model::Reject& reject = rejects[i];
    store::AppendInt16(tuples, 9);
    AppendText(tuples, run);
    AppendNumber(tuples, page_number);
    AppendNumber(tuples, reject.record_index);
    AppendText(tuples, reject.reason);
    AppendText(tuples, reject.message);
    AppendText(tuples, reject.field);
    AppendText(tuples, reject.record);
    AppendText(tuples, std::string_view(reject.record_truncated ? "\1" : "\0", 1));
    AppendNumber(tuples, target_.mapping.version());
  }
  return transaction.CopyBinary(target_.copy_rejects, tuples).status();
}

absl::Status PageLedger::KeepRejects(store::Transaction& transaction, std::int64_t page_number,
                                     const std::vector<model::Reject>& rejects,
                                     std::size_t count) const {
  SYNCLINE_RETURN_IF_ERROR(
      transaction
          .Execute(target_.drop_rejects,
                   store::Parameters().Uuid(target_.fence.run_id).Int64(page_number))
          .status());
  return CopyRejects(transaction, page_number, rejects, count);
}

store::Parameters PageLedger::AdvanceParameters(const PageCommit& page, const PageOutcome& outcome,
                                                const std::string& seen_ranges) const {
  store::Parameters parameters = FenceParameters();
  parameters.Int64(page.page_number);
  parameters.Json(page.checkpoint.empty() ? "null" : page.checkpoint);
  parameters.Json(store::EncodeRunEvent(CommittedOf(page, outcome)));
  parameters.Json(store::EncodeCounters(outcome.total)).Text(seen_ranges);
  return parameters;
}

absl::StatusOr<std::int64_t> PageLedger::Advance(store::Connection& connection,
                                                 const PageCommit& page, const PageOutcome& outcome,
                                                 const std::string& seen_ranges) const {
  SYNCLINE_ASSIGN_OR_RETURN(
      const store::Result row,
      connection.Execute(target_.advance, AdvanceParameters(page, outcome, seen_ranges)));
  if (row.empty()) return Fenced();
  return row.Int64(0, 0);
}

absl::StatusOr<std::int64_t> PageLedger::Advance(store::Transaction& transaction,
                                                 const PageCommit& page, const PageOutcome& outcome,
                                                 const std::string& seen_ranges) const {
  SYNCLINE_ASSIGN_OR_RETURN(
      const store::Result row,
      transaction.Execute(target_.advance, AdvanceParameters(page, outcome, seen_ranges)));
  if (row.empty()) return Fenced();
  return row.Int64(0, 0);
}

absl::Status PageLedger::PutStates(store::Transaction& transaction, const PageCommit& page) const {
  if (target_.state_meaning.empty() || (page.states.empty() && !page.last)) return absl::OkStatus();
  std::vector<std::string_view> partitions;
  std::vector<std::int64_t> values;
  for (const model::PartitionState& state : page.states) {
    partitions.push_back(state.partition);
    values.push_back(state.value);
  }
  store::Parameters parameters;
  parameters.Uuid(target_.fence.run_id);
  if (!page.last) {
    parameters.Int64(page.page_number).TextArray(partitions).Int64Array(values);
    return transaction.Execute(target_.keep_states, parameters).status();
  }
  if (page.verdict == model::Verdict::kComplete) {
    parameters.Int64(target_.integration_uid).Text(target_.state_meaning);
    parameters.TextArray(partitions).Int64Array(values);
    SYNCLINE_RETURN_IF_ERROR(transaction.Execute(target_.store_states, parameters).status());
  }
  return transaction
      .Execute(target_.purge_states, store::Parameters().Int64(target_.integration_uid))
      .status();
}

absl::StatusOr<std::int64_t> PageLedger::CountMissing(store::Transaction& transaction,
                                                      const std::string& seen_ranges) const {
  SYNCLINE_ASSIGN_OR_RETURN(const store::Result row,
                            transaction.Execute(target_.missing, store::Parameters()
                                                                     .Uuid(target_.fence.run_id)
                                                                     .Int64(target_.integration_uid)
                                                                     .Text(seen_ranges)));
  return row.Int64(0, 0);
}

absl::StatusOr<std::int64_t> PageLedger::End(store::Transaction& transaction,
                                             const PageCommit& page, const PageOutcome& outcome,
                                             const std::string& seen_ranges) const {
  store::Parameters parameters = FenceParameters();
  parameters.Int64(page.page_number);
  parameters.Json(store::EncodeRunEvent(CommittedOf(page, outcome)));
  const model::RunError doubt = page.doubt.value_or(model::RunError{});
  parameters.Json(store::EncodeRunEvent(model::RunEnded{.state = model::RunState::kSucceeded,
                                                        .verdict = page.verdict,
                                                        .error = doubt,
                                                        .counters = outcome.total}));
  parameters.Json(store::EncodeCounters(outcome.total)).Text(seen_ranges);
  parameters.Text(model::VerdictName(page.verdict));
  if (page.doubt.has_value()) {
    parameters.Json(store::EncodeRunError(doubt));
  } else {
    parameters.Null();
  }
  SYNCLINE_ASSIGN_OR_RETURN(const store::Result row, transaction.Execute(target_.end, parameters));
  if (row.empty()) return Fenced();
  SYNCLINE_RETURN_IF_ERROR(
      transaction
          .Execute(target_.purge_seen,
                   store::Parameters().Uuid(target_.fence.run_id).Int64(target_.integration_uid))
          .status());
  return row.Int64(0, 0);
}

}  // namespace syncline::load
