#include "api/incremental_state_handler.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "api/mutation.h"
#include "model/resource_name.h"
#include "pull/validate_integration.h"
#include "store/incremental_state_store.h"
#include "store/integration_store.h"
#include "store/resource_row.h"

namespace syncline::api {
namespace {

using model::IntegrationName;
using store::Transaction;

// Of a B-tree's entry in the database.
constexpr std::size_t kPartitionBytesMax = 2'000;

// An integration's states, and what they are written with: null without `incremental`.
struct Subject {
  std::int64_t uid = 0;
  std::shared_ptr<const pull::IncrementalPlan> plan;
  store::IncrementalStates states;
};

absl::StatusOr<Subject> FindSubject(Transaction& transaction, const IntegrationName& name,
                                    store::Lock lock) {
  SYNCLINE_ASSIGN_OR_RETURN(const store::IntegrationRow row,
                            store::FindIntegration(transaction, name, lock));
  SYNCLINE_ASSIGN_OR_RETURN(auto plan, pull::CompileIncremental(row.integration));
  store::IncrementalStates states(name.workspace, row.uid, plan == nullptr ? "" : plan->meaning());
  return Subject{row.uid, std::move(plan), std::move(states)};
}

// For a change: nothing reads the states meanwhile, for a run takes this lock before it does.
absl::StatusOr<Subject> LockSubject(Transaction& transaction, const IntegrationName& name) {
  SYNCLINE_ASSIGN_OR_RETURN(Subject subject,
                            FindSubject(transaction, name, store::Lock::kForUpdate));
  SYNCLINE_ASSIGN_OR_RETURN(const std::optional<std::string> run,
                            store::ActiveRunOf(transaction, subject.uid));
  if (!run.has_value()) return subject;
  const std::string active = model::RunName{name.workspace, name.integration, *run}.ToString();
  return base::Error(base::Reason::kRunActive,
                     fmt::format("{} has not ended; what it finds would come in between", active),
                     {{"run", active}});
}

v1::IncrementalState ToProto(const store::IncrementalStateRow& row, const Subject& subject,
                             const IntegrationName& name) {
  v1::IncrementalState state;
  state.set_partition(row.partition);
  state.set_value(subject.plan->Show(row.value));
  state.set_cursor(subject.plan->Write(subject.plan->BoundOf(row.value)));
  if (!row.run_id.empty()) {
    state.set_run(model::RunName{name.workspace, name.integration, row.run_id}.ToString());
  }
  *state.mutable_update_time() = store::ToTimestamp(row.update_time);
  return state;
}

// The value of a request; nullopt after a violation.
std::optional<std::int64_t> ReadValue(const v1::SetIncrementalStateRequest& request,
                                      const pull::IncrementalPlan* plan,
                                      base::FieldViolations& wrong) {
  if (request.partition().size() > kPartitionBytesMax) {
    wrong.Add("partition", fmt::format("is longer than {} bytes", kPartitionBytesMax));
  }
  if (plan == nullptr) {
    wrong.Add("parent", "is an integration without `incremental`: it has no state");
    return std::nullopt;
  }
  const std::optional<std::int64_t> value = plan->ReadShown(request.value());
  if (!value.has_value()) {
    wrong.Add("value",
              fmt::format("\"{}\" is no {}", request.value(),
                          plan->is_time() ? "RFC 3339 time, such as \"2026-01-31T08:00:00Z\""
                                          : "whole number"));
  }
  return value;
}

}  // namespace

absl::StatusOr<v1::IncrementalState> IncrementalStateHandler::Get(
    const v1::GetIncrementalStateRequest& request) const {
  SYNCLINE_ASSIGN_OR_RETURN(const auto name,
                            ParseName<IntegrationName>(request.parent(), "parent"));
  return ReadInTransaction(
      environment_.database, [&](Transaction& transaction) -> absl::StatusOr<v1::IncrementalState> {
        SYNCLINE_ASSIGN_OR_RETURN(const Subject subject,
                                  FindSubject(transaction, name, store::Lock::kNone));
        std::optional<store::IncrementalStateRow> row;
        if (subject.plan != nullptr) {
          SYNCLINE_ASSIGN_OR_RETURN(row, subject.states.Get(transaction, request.partition()));
        }
        if (row.has_value()) return ToProto(*row, subject, name);
        return base::Error(base::Reason::kNotFound,
                           fmt::format("{} has no state{}", name.ToString(),
                                       request.partition().empty()
                                           ? " yet"
                                           : " of partition \"" + request.partition() + "\""));
      });
}

absl::StatusOr<v1::ListIncrementalStatesResponse> IncrementalStateHandler::List(
    const v1::ListIncrementalStatesRequest& request) const {
  SYNCLINE_ASSIGN_OR_RETURN(const auto name,
                            ParseName<IntegrationName>(request.parent(), "parent"));
  using Items = std::vector<v1::IncrementalState>;
  return ListPage<v1::ListIncrementalStatesResponse>(
      environment_.page_tokens, request,
      &v1::ListIncrementalStatesResponse::mutable_incremental_states,
      [&](const std::string& after, int limit) {
        return ReadInTransaction(
            environment_.database, [&](Transaction& transaction) -> absl::StatusOr<Items> {
              SYNCLINE_ASSIGN_OR_RETURN(const Subject subject,
                                        FindSubject(transaction, name, store::Lock::kNone));
              Items items;
              if (subject.plan == nullptr) return items;
              std::optional<std::string> last;
              if (!after.empty()) last = after.substr(1);
              SYNCLINE_ASSIGN_OR_RETURN(const auto rows,
                                        subject.states.List(transaction, last, limit));
              for (const auto& row : rows) items.push_back(ToProto(row, subject, name));
              return items;
            });
      },
      // The empty partition is one, too: its key must not be that of the beginning.
      [](const v1::IncrementalState& state) { return "=" + state.partition(); });
}

absl::StatusOr<v1::IncrementalState> IncrementalStateHandler::Set(
    const v1::SetIncrementalStateRequest& request) const {
  SYNCLINE_ASSIGN_OR_RETURN(const auto name,
                            ParseName<IntegrationName>(request.parent(), "parent"));
  return Mutate<v1::IncrementalState>(
      environment_.database, "syncline.v1.IncrementalStateService/SetIncrementalState",
      name.workspace, request,
      [&](Transaction& transaction) -> absl::StatusOr<v1::IncrementalState> {
        SYNCLINE_ASSIGN_OR_RETURN(const Subject subject, LockSubject(transaction, name));
        base::FieldViolations wrong;
        const std::optional<std::int64_t> value = ReadValue(request, subject.plan.get(), wrong);
        SYNCLINE_RETURN_IF_ERROR(wrong.ToStatus());
        SYNCLINE_ASSIGN_OR_RETURN(const store::IncrementalStateRow row,
                                  subject.states.Set(transaction, request.partition(), *value));
        return ToProto(row, subject, name);
      });
}

absl::StatusOr<v1::ResetIncrementalStatesResponse> IncrementalStateHandler::Reset(
    const v1::ResetIncrementalStatesRequest& request) const {
  SYNCLINE_ASSIGN_OR_RETURN(const auto name,
                            ParseName<IntegrationName>(request.parent(), "parent"));
  using Response = v1::ResetIncrementalStatesResponse;
  return Mutate<Response>(
      environment_.database, "syncline.v1.IncrementalStateService/ResetIncrementalStates",
      name.workspace, request, [&](Transaction& transaction) -> absl::StatusOr<Response> {
        SYNCLINE_ASSIGN_OR_RETURN(const Subject subject, LockSubject(transaction, name));
        std::optional<std::string> partition;
        if (request.has_partition()) partition = request.partition();
        Response response;
        SYNCLINE_ASSIGN_OR_RETURN(const std::int64_t count,
                                  subject.states.Reset(transaction, partition));
        response.set_reset_count(count);
        return response;
      });
}

}  // namespace syncline::api
