#pragma once

#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "json/document.h"
#include "load/postgres_page_committer.h"
#include "mapping/compiled_mapping.h"
#include "store/run_event_json.h"
#include "store/sql.h"
#include "tests/support/migrated_database.h"

namespace syncline::test {

template <typename Message>
Message FromJson(const std::string& json) {
  Message message;
  const auto status = google::protobuf::util::JsonStringToMessage(json, &message);
  EXPECT_TRUE(status.ok()) << status.ToString() << json;
  return message;
}

inline constexpr const char* kWorker = "01900000-0000-7000-8000-00000000aaaa";
inline constexpr const char* kOtherWorker = "01900000-0000-7000-8000-00000000bbbb";

// Runs and pages over a migrated database, as the queue and the pipeline would make them.
class LoadTables {
 public:
  explicit LoadTables(MigratedDatabase& migrated, std::string object_type)
      : migrated_(migrated), object_type_(FromJson<v1::ObjectType>(object_type)) {}

  struct Run {
    std::string run_id;
    std::int64_t integration_uid = 0;
    mapping::CompiledMapping mapping;
  };

  static constexpr const char* kStateMeaning = "time of record updated in";

  // A run that kWorker owns, at epoch 1, with its first event written. One row of the integration
  // per id; `mapping` is proto JSON.
  Run StartRun(const std::string& integration, const std::string& mapping) {
    migrated_.Query(fmt::format(
        "INSERT INTO syncline.integration (workspace_id, integration_id, object_type_id, spec) "
        "VALUES ('default', '{}', 'thing', '{{}}') ON CONFLICT DO NOTHING",
        integration));
    const std::string uid = migrated_.Query(
        fmt::format("SELECT integration_uid FROM syncline.integration WHERE integration_id = '{}'",
                    integration));
    auto compiled =
        mapping::CompiledMapping::Compile(FromJson<v1::Mapping>(mapping), object_type_, {});
    EXPECT_TRUE(compiled.ok()) << compiled.status();
    const std::string id = base::MakeUuidV7(migrated_.clock().Now(), migrated_.random());
    migrated_.Query(fmt::format(
        "DELETE FROM syncline.run_queue WHERE integration_uid = {1};"
        "INSERT INTO syncline.run (run_id, workspace_id, integration_id, integration_uid, trigger, "
        "state, definition, mapping_version, latest_sequence) VALUES ('{0}', 'default', '{2}', "
        "{1}, "
        "'MANUAL', 'RUNNING', '{{}}', 1, 1);"
        "INSERT INTO syncline.run_queue (run_id, integration_uid, state, owner, epoch, "
        "next_sequence) VALUES ('{0}', {1}, 'RUNNING', '{3}', 1, 2);"
        "INSERT INTO syncline.run_event (run_id, sequence, kind, payload) "
        "VALUES ('{0}', 1, 'queued', '{{\"trigger\": \"TRIGGER_MANUAL\"}}')",
        id, uid, integration, kWorker));
    return {id, std::stoll(uid), *compiled};
  }

  std::unique_ptr<load::PostgresPageCommitter> Open(const Run& run,
                                                    std::int64_t reject_count_max = 1'000) {
    auto committer = load::PostgresPageCommitter::Open(migrated_.database(),
                                                       {.fence = {run.run_id, kWorker, 1},
                                                        .workspace = "default",
                                                        .integration_uid = run.integration_uid,
                                                        .object_type = object_type_,
                                                        .reject_count_max = reject_count_max,
                                                        .state_meaning = kStateMeaning},
                                                       run.mapping);
    EXPECT_TRUE(committer.ok()) << committer.status();
    return committer.ok() ? *std::move(committer) : nullptr;
  }

  static load::PageCommit Page(const Run& run, std::int64_t number, const std::string& json,
                               bool last = false) {
    auto document = json::Document::Parse(json);
    EXPECT_TRUE(document.ok()) << document.status() << json;
    load::PageCommit page{
        .page_number = number,
        .rows = run.mapping.Map(
            {.list = expression::Value((*document)->root()), .owner = *document}, base::Time()),
        .checkpoint = last ? "" : "{\"next\": 1}",
        .last = last};
    page.counters.pages = 1;
    page.counters.records = page.rows.records;
    return page;
  }

  std::vector<model::RunEvent> Events(const std::string& run_id) {
    const auto rows = migrated_.database().Execute(
        store::sql::kRunEventReadAfter, store::Parameters().Uuid(run_id).Int64(0).Int64(100'000));
    EXPECT_TRUE(rows.ok()) << rows.status();
    std::vector<model::RunEvent> events;
    for (int row = 0; row < rows->size(); ++row) {
      events.push_back({rows->Int64(row, 0), rows->Time(row, 1),
                        *store::DecodeRunEvent(rows->Text(row, 2), rows->Text(row, 3))});
    }
    return events;
  }

 private:
  MigratedDatabase& migrated_;
  v1::ObjectType object_type_;
};

}  // namespace syncline::test
