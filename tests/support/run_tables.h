#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "model/run_event.h"
#include "queue/enqueue.h"
#include "store/integration_store.h"
#include "store/mapping_store.h"
#include "store/run_event_json.h"
#include "store/sql.h"
#include "tests/support/migrated_database.h"

namespace syncline::test {

// Definitions, workers and runs in a migrated database, for tests of folders that may use `queue`.
class RunTables {
 public:
  explicit RunTables(MigratedDatabase& migrated) : migrated_(migrated) {}

  // An integration of object type `user` with a mapping of `email`.
  void AddIntegration(const std::string& id, const v1::Integration& integration) {
    const absl::Status status =
        database().RunTransaction([&](store::Transaction& transaction) -> absl::Status {
          SYNCLINE_RETURN_IF_ERROR(
              store::InsertIntegration(transaction, {"default", id}, integration).status());
          SYNCLINE_RETURN_IF_ERROR(store::InsertMapping(transaction, {"default", id}).status());
          v1::Mapping mapping;
          mapping.add_sync_keys("email");
          (*mapping.mutable_fields())["email"].set_from("email");
          return store::UpdateMapping(transaction, {"default", id}, mapping).status();
        });
    ASSERT_TRUE(status.ok()) << status;
  }
  void AddIntegration(const std::string& id) {
    v1::Integration integration;
    integration.set_object_type("user");
    integration.mutable_request()->set_url("https://vendor.example/users");
    AddIntegration(id, integration);
  }
  void AddWorker(const std::string& worker_id,
                 std::chrono::milliseconds time_to_live = std::chrono::hours(1)) {
    const auto row = database().Execute(
        store::sql::kWorkerRegister,
        store::Parameters().Uuid(worker_id).Text("here").Int64(1).Text("test").Int64(
            time_to_live.count()));
    ASSERT_TRUE(row.ok()) << row.status();
  }
  // Makes a worker dead, as if its heartbeats had stopped long ago.
  void KillWorker(const std::string& worker_id) {
    migrated_.Query(fmt::format(
        "UPDATE syncline.worker SET expire_time = clock_timestamp() - interval '1 second' "
        "WHERE worker_id = '{}'",
        worker_id));
  }
  absl::StatusOr<std::string> Enqueue(const std::string& integration) {
    const std::string run_id = base::MakeUuidV7(migrated_.clock().Now(), migrated_.random());
    const absl::Status status =
        database().RunTransaction([&](store::Transaction& transaction) -> absl::Status {
          queue::EnqueueRequest request{.workspace = "default", .integration = integration};
          SYNCLINE_ASSIGN_OR_RETURN(request.definition,
                                    queue::TakeDefinition(transaction, "default", integration));
          return queue::Enqueue(transaction, request, run_id);
        });
    if (!status.ok()) return status;
    return run_id;
  }
  absl::Status RequestCancel(const std::string& run_id) {
    return database().RunTransaction(
        [&](store::Transaction& transaction) { return queue::RequestCancel(transaction, run_id); });
  }
  std::vector<model::RunEvent> Events(const std::string& run_id) {
    const auto rows = database().Execute(store::sql::kRunEventReadAfter,
                                         store::Parameters().Uuid(run_id).Int64(0).Int64(100'000));
    EXPECT_TRUE(rows.ok()) << rows.status();
    std::vector<model::RunEvent> events;
    for (int row = 0; row < rows->size(); ++row) {
      events.push_back({rows->Int64(row, 0), rows->Time(row, 1),
                        *store::DecodeRunEvent(rows->Text(row, 2), rows->Text(row, 3))});
    }
    return events;
  }
  // One column of the run's row as text.
  std::string RunColumn(const std::string& run_id, const std::string& column) {
    return migrated_.Query(
        fmt::format("SELECT {} FROM syncline.run WHERE run_id = '{}'", column, run_id));
  }
  store::Database& database() { return migrated_.database(); }

 private:
  MigratedDatabase& migrated_;
};

inline constexpr const char* kFirstWorker = "01900000-0000-7000-8000-00000000aaaa";
inline constexpr const char* kSecondWorker = "01900000-0000-7000-8000-00000000bbbb";

}  // namespace syncline::test
