#include "api/run_handler.h"

#include <algorithm>
#include <charconv>

#include "api/mutation.h"
#include "api/run_event_message.h"
#include "base/random.h"
#include "event/event_log.h"
#include "queue/enqueue.h"
#include "store/exchange_store.h"
#include "store/integration_store.h"
#include "store/reject_store.h"
#include "store/run_store.h"
#include "store/workspace_store.h"

namespace syncline::api {
namespace {

using model::IntegrationName;
using model::RunName;
using store::Transaction;

constexpr std::string_view kAllIntegrations = "/integrations/-";

// A page token's key of a list that is ordered by a number; "" = 0.
std::int64_t NumberOf(const std::string& key) {
  std::int64_t number = 0;
  std::from_chars(key.data(), key.data() + key.size(), number);
  return number;
}

// The integration "-" stands for all of a workspace (google.aip.dev/159).
absl::StatusOr<IntegrationName> ParseParent(const std::string& text) {
  if (!text.ends_with(kAllIntegrations)) return ParseName<IntegrationName>(text, "parent");
  SYNCLINE_ASSIGN_OR_RETURN(const auto workspace,
                            ParseName<model::WorkspaceName>(
                                text.substr(0, text.size() - kAllIntegrations.size()), "parent"));
  return IntegrationName{workspace.workspace, "-"};
}

absl::Status CheckParent(Transaction& transaction, const IntegrationName& parent) {
  return parent.integration == "-" ? store::FindWorkspace(transaction, {parent.workspace}).status()
                                   : store::FindIntegration(transaction, parent).status();
}

}  // namespace

absl::StatusOr<v1::Run> RunHandler::Start(const v1::StartRunRequest& request) const {
  SYNCLINE_ASSIGN_OR_RETURN(const auto parent,
                            ParseName<IntegrationName>(request.parent(), "parent"));
  absl::StatusOr<v1::Run> run = Mutate<v1::Run>(
      environment_.database, "syncline.v1.RunService/StartRun", parent.workspace, request,
      [&](Transaction& transaction) -> absl::StatusOr<v1::Run> {
        queue::EnqueueRequest enqueue{.workspace = parent.workspace,
                                      .integration = parent.integration,
                                      .trigger = model::RunTrigger::kManual,
                                      .full = request.full()};
        SYNCLINE_ASSIGN_OR_RETURN(
            enqueue.definition,
            queue::TakeDefinition(transaction, parent.workspace, parent.integration));
        const std::string id = base::MakeUuidV7(environment_.clock.Now(), environment_.random);
        SYNCLINE_RETURN_IF_ERROR(queue::Enqueue(transaction, enqueue, id));
        return store::GetRun(transaction, {parent.workspace, parent.integration, id});
      });
  if (!run.ok()) return run;
  environment_.event_feed.Announce(LastId(run->name()));
  if (environment_.on_run_queued) environment_.on_run_queued();
  return run;
}

absl::StatusOr<v1::Run> RunHandler::Get(const v1::GetRunRequest& request) const {
  SYNCLINE_ASSIGN_OR_RETURN(const auto name, ParseName<RunName>(request.name(), "name"));
  return ReadInTransaction(environment_.database, [&](Transaction& transaction) {
    return store::GetRun(transaction, name);
  });
}

absl::StatusOr<v1::ListRunsResponse> RunHandler::List(const v1::ListRunsRequest& request) const {
  SYNCLINE_ASSIGN_OR_RETURN(const auto parent, ParseParent(request.parent()));
  using Items = std::vector<v1::Run>;
  return ListPage<v1::ListRunsResponse>(
      environment_.page_tokens, request, &v1::ListRunsResponse::mutable_runs,
      [&](const std::string& after, int limit) {
        return ReadInTransaction(environment_.database,
                                 [&](Transaction& transaction) -> absl::StatusOr<Items> {
                                   SYNCLINE_RETURN_IF_ERROR(CheckParent(transaction, parent));
                                   return store::ListRuns(transaction, parent, after, limit);
                                 });
      },
      [](const v1::Run& run) { return LastId(run.name()); });
}

absl::StatusOr<v1::Run> RunHandler::Cancel(const v1::CancelRunRequest& request) const {
  SYNCLINE_ASSIGN_OR_RETURN(const auto name, ParseName<RunName>(request.name(), "name"));
  absl::StatusOr<v1::Run> run = ReadInTransaction(
      environment_.database, [&](Transaction& transaction) -> absl::StatusOr<v1::Run> {
        SYNCLINE_RETURN_IF_ERROR(store::GetRun(transaction, name).status());
        SYNCLINE_RETURN_IF_ERROR(queue::RequestCancel(transaction, name.run));
        return store::GetRun(transaction, name);
      });
  if (run.ok()) environment_.event_feed.Announce(name.run);
  return run;
}

absl::StatusOr<v1::ListRunEventsResponse> RunHandler::ListEvents(
    const v1::ListRunEventsRequest& request) const {
  SYNCLINE_ASSIGN_OR_RETURN(const auto run, ParseName<RunName>(request.parent(), "parent"));
  // The log knows runs by id alone: the workspace and integration of the name must be right too.
  const auto known = ReadInTransaction(environment_.database, [&](Transaction& transaction) {
    return store::GetRun(transaction, run);
  });
  SYNCLINE_RETURN_IF_ERROR(known.status());
  using Items = std::vector<v1::RunEvent>;
  return ListPage<v1::ListRunEventsResponse>(
      environment_.page_tokens, request, &v1::ListRunEventsResponse::mutable_events,
      [&](const std::string& after, int limit) -> absl::StatusOr<Items> {
        SYNCLINE_ASSIGN_OR_RETURN(
            const std::vector<model::RunEvent> events,
            environment_.event_log.ReadAfter(run.run, NumberOf(after), limit));
        Items items;
        for (const model::RunEvent& event : events) items.push_back(ToProto(event));
        return items;
      },
      [](const v1::RunEvent& event) { return std::to_string(event.sequence()); });
}

absl::StatusOr<v1::ListRejectsResponse> RunHandler::ListRejects(
    const v1::ListRejectsRequest& request) const {
  SYNCLINE_ASSIGN_OR_RETURN(const auto run, ParseName<RunName>(request.parent(), "parent"));
  using Items = std::vector<v1::Reject>;
  return ListPage<v1::ListRejectsResponse>(
      environment_.page_tokens, request, &v1::ListRejectsResponse::mutable_rejects,
      [&](const std::string& after, int limit) {
        return ReadInTransaction(
            environment_.database, [&](Transaction& transaction) -> absl::StatusOr<Items> {
              SYNCLINE_RETURN_IF_ERROR(store::GetRun(transaction, run).status());
              return store::ListRejects(transaction, run.workspace, run.run, NumberOf(after),
                                        limit);
            });
      },
      [](const v1::Reject& reject) { return std::to_string(reject.reject_id()); });
}

absl::StatusOr<v1::ListRunExchangesResponse> RunHandler::ListExchanges(
    v1::ListRunExchangesRequest request) const {
  SYNCLINE_ASSIGN_OR_RETURN(const auto run, ParseName<RunName>(request.parent(), "parent"));
  request.set_page_size(std::min(request.page_size(), kExchangesPerPageMax));
  using Items = std::vector<v1::Exchange>;
  return ListPage<v1::ListRunExchangesResponse>(
      environment_.page_tokens, request, &v1::ListRunExchangesResponse::mutable_exchanges,
      [&](const std::string& after, int limit) {
        return ReadInTransaction(
            environment_.database, [&](Transaction& transaction) -> absl::StatusOr<Items> {
              SYNCLINE_RETURN_IF_ERROR(store::GetRun(transaction, run).status());
              return store::ListExchanges(transaction, run.workspace, run.run, NumberOf(after),
                                          limit);
            });
      },
      [](const v1::Exchange& exchange) { return std::to_string(exchange.exchange_id()); });
}

absl::StatusOr<RunView> ReadRunView(const HandlerEnvironment& environment, const RunName& name) {
  RunView view;
  SYNCLINE_ASSIGN_OR_RETURN(view.run,
                            ReadInTransaction(environment.database, [&](Transaction& transaction) {
                              return store::GetRun(transaction, name);
                            }));
  SYNCLINE_ASSIGN_OR_RETURN(const std::vector<model::RunEvent> first,
                            environment.event_log.ReadAfter(name.run, 0, 1));
  if (!first.empty()) view.earliest_sequence = first.front().sequence;
  return view;
}

}  // namespace syncline::api
