#include "pull/details.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <utility>

#include "base/status.h"
#include "http/patience.h"
#include "http/retrying_transport.h"
#include "pull/detail_request.h"
#include "pull/parallel_for.h"
#include "pull/record_versions.h"

namespace syncline::pull {
namespace {

using expression::Value;

// Of one record: what it has become so far.
struct Row {
  Value value;
  std::vector<expression::Member> members;  // of `value`, once something was merged
  std::vector<std::shared_ptr<const json::Document>> documents;
  std::string failure;  // "" = none
  std::int64_t unchanged_link = 0;
  std::int64_t tolerated_count = 0;
  std::int64_t response_bytes = 0;
};

// What a page's records refer to once they have details: also the names of members, which stand in
// the plan.
struct Owner {
  std::shared_ptr<const DetailsPlan> plan;
  std::vector<Row> rows;
  std::vector<Value> values;
};

// What every other detail would fail with as well, or what says nothing of the detail.
bool EndsTheRun(const absl::Status& status) {
  if (http::ParkOf(status).has_value() || http::IsOutOfRetries(status)) return true;
  switch (base::ReasonOf(status)) {
    case base::Reason::kCancelled:
    case base::Reason::kAuthFailed:
    case base::Reason::kSignInFailed:
    case base::Reason::kReauthRequired:
    case base::Reason::kVendorThrottled:
    case base::Reason::kDatabaseUnavailable:
    case base::Reason::kDatabaseConflict:
    case base::Reason::kKeyUnavailable:
    case base::Reason::kSecretUnavailable:
    case base::Reason::kCredentialCorrupt: return true;
    default: return false;
  }
}

void SetMember(std::string_view key, const Value& value, Row* row) {
  for (expression::Member& member : row->members) {
    if (member.first == key) {
      member.second = value;
      return;
    }
  }
  row->members.emplace_back(key, value);
}

// "" when it went in; otherwise why not.
std::string Merge(const DetailPlan& detail, const Value& result, Row* row) {
  if (row->value.kind() != json::Kind::kObject) {
    return "the record is no object that it could be merged into";
  }
  const bool into_record = detail.into_member.empty();
  if (into_record && result.is_null()) return "";
  if (into_record && result.kind() != json::Kind::kObject) {
    return "it yields no object, whose members could become members of the record";
  }
  if (row->members.empty()) {
    row->value.ForEachMember(
        [row](std::string_view key, const Value& value) { row->members.emplace_back(key, value); });
  }
  if (into_record) {
    result.ForEachMember(
        [row](std::string_view key, const Value& value) { SetMember(key, value, row); });
  } else {
    SetMember(detail.into_member, result, row);
  }
  row->value = Value::Object(row->members);
  return "";
}

using Versions = std::vector<std::optional<RecordVersion>>;

absl::Status FindUnchanged(const KnownRecords& known, const Versions& versions,
                           std::vector<Row>* rows) {
  std::vector<RecordVersion> asked;
  for (const auto& version : versions) {
    if (version.has_value()) asked.push_back(*version);
  }
  if (asked.empty()) return absl::OkStatus();
  SYNCLINE_ASSIGN_OR_RETURN(const std::vector<std::int64_t> links, known.FindUnchanged(asked));
  std::size_t next = 0;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    if (versions[i].has_value()) (*rows)[i].unchanged_link = links[next++];
  }
  return absl::OkStatus();
}

// What became of the rows.
void Gather(const Versions& versions, Owner* owner, DetailedRecords* detailed) {
  for (const Row& row : owner->rows) {
    const std::size_t at = owner->values.size();
    const auto index = static_cast<std::int64_t>(at);
    if (!row.failure.empty()) {
      detailed->failed.push_back({index, row.failure});
    } else if (row.unchanged_link != 0) {
      detailed->unchanged.push_back({index, row.unchanged_link});
    } else if (versions[at].has_value() && row.tolerated_count == 0) {
      detailed->versions.push_back({index, *versions[at]});
    }
    owner->values.push_back(row.value);
    detailed->tolerated_count += row.tolerated_count;
    detailed->response_bytes += row.response_bytes;
  }
  detailed->records = Value::Array(owner->values);
}

// The details of the records of one page. Lives on the stack of Complete.
class Page {
 public:
  // `errand`: of its details, without what differs between them.
  Page(VendorClient& client, const RunScope& run, const expression::Scope& names, Errand errand)
      : client_(client), run_(run), names_(names), errand_(std::move(errand)) {}

  // One detail of one record; false when the page has failed.
  bool Complete(const DetailPlan& detail, std::size_t index, Row* row, std::stop_token stop) {
    if (!row->failure.empty() || row->unchanged_link != 0) return true;
    absl::StatusOr<DetailResult> result = ResultOf(detail, index, *row, std::move(stop));
    if (!result.ok() && EndsTheRun(result.status())) return Fail(result.status());
    std::string failure;
    if (result.ok()) {
      row->response_bytes += result->response_bytes;
      failure = Merge(detail, result->value, row);
      if (failure.empty()) return Hold(std::move(result->document), row);
    } else {
      failure = fmt::format("{}: {}", base::ReasonName(base::ReasonOf(result.status())),
                            base::MessageOf(result.status()));
    }
    if (!detail.tolerate_failure) {
      row->failure = fmt::format("The detail \"{}\" failed: {}", detail.name, failure);
      return true;
    }
    ++row->tolerated_count;
    if (!detail.into_member.empty()) (void)Merge(detail, Value::Null(), row);
    return true;
  }

  absl::Status status() const {
    const std::lock_guard lock(mutex_);
    return status_;
  }

 private:
  absl::StatusOr<DetailResult> ResultOf(const DetailPlan& detail, std::size_t index, const Row& row,
                                        std::stop_token stop) const {
    if (detail.when.has_value()) {
      expression::Evaluation evaluation(run_.run_start());
      SYNCLINE_ASSIGN_OR_RETURN(const Value wanted, detail.when->Evaluate(row.value, evaluation));
      if (wanted.is_null() || wanted.kind() == json::Kind::kFalse) return DetailResult{};
    }
    expression::Scope names = names_;
    names.Set("record", row.value);
    Errand errand = errand_;
    errand.name = detail.name;
    errand.record_index = static_cast<std::int64_t>(index);
    return AskForDetail(detail, client_, run_, names, errand, std::move(stop));
  }

  bool Hold(std::shared_ptr<const json::Document> document, Row* row) {
    if (document == nullptr) return true;
    const auto bytes = static_cast<std::int64_t>(document->ByteSize());
    row->documents.push_back(std::move(document));
    if (held_bytes_.fetch_add(bytes) + bytes <= Details::kHeldBytesMax) return true;
    return Fail(base::Error(
        base::Reason::kResponseTooLarge,
        fmt::format("The details of one page take more than {} MiB; ask for smaller pages, or let "
                    "`result` take less of each answer.",
                    Details::kHeldBytesMax >> 20)));
  }

  bool Fail(absl::Status status) {
    const std::lock_guard lock(mutex_);
    if (status_.ok()) status_ = std::move(status);
    return false;
  }

  VendorClient& client_;
  const RunScope& run_;
  const expression::Scope& names_;
  const Errand errand_;
  std::atomic<std::int64_t> held_bytes_ = 0;
  mutable std::mutex mutex_;
  absl::Status status_;  // guarded by mutex_
};

}  // namespace

Details::Details(std::shared_ptr<const DetailsPlan> plan, Known known, VendorClient& client,
                 const RunScope& run, std::size_t record_count_max)
    : plan_(std::move(plan)),
      known_(known),
      client_(client),
      run_(run),
      record_count_max_(record_count_max),
      pool_(plan_->parallel_count() > 1 ? std::make_unique<base::WorkerPool>(
                                              plan_->parallel_count() - 1,
                                              static_cast<std::size_t>(plan_->parallel_count()))
                                        : nullptr) {}

absl::StatusOr<DetailedRecords> Details::Complete(const Value& records, const Partition& partition,
                                                  std::int64_t page_number,
                                                  std::stop_token stop) const {
  DetailedRecords detailed{.records = records};
  if (plan_->details().empty() || records.size() == 0) return detailed;
  const auto owner = std::make_shared<Owner>();
  owner->plan = plan_;
  records.ForEachElement([&](const Value& record) { owner->rows.push_back({.value = record}); });
  Versions versions(records.size());
  if (known_.records != nullptr && plan_->skip().has_value()) {
    versions =
        VersionsOf(records, *plan_->skip(), partition.RecordSpace(), known_.salt, run_.run_start());
    SYNCLINE_RETURN_IF_ERROR(FindUnchanged(*known_.records, versions, &owner->rows));
  }
  Page page(client_, run_, partition.names(),
            {.purpose = model::ExchangePurpose::kDetail,
             .partition = partition.Describe(),
             .page_number = page_number});
  std::size_t count = owner->rows.size();
  if (record_count_max_ > 0) count = std::min(count, record_count_max_);
  for (const DetailPlan& detail : plan_->details()) {
    ParallelFor(count, detail.parallel_count, pool_.get(),
                [&](std::size_t i) { return page.Complete(detail, i, &owner->rows[i], stop); });
    SYNCLINE_RETURN_IF_ERROR(page.status());
  }
  Gather(versions, owner.get(), &detailed);
  detailed.owner = owner;
  return detailed;
}

}  // namespace syncline::pull
