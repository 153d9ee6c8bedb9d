#include "tests/contract/page_committer_contract.h"
#include "tests/load/load_tables.h"

namespace syncline::test {
namespace {

class PostgresHarness final : public PageCommitterHarness {
 public:
  std::unique_ptr<load::PageCommitter> StartRun() override {
    run_ = tables_.StartRun("vendor", R"({"sync_keys": ["email"], "version": "1", "fields": {
        "email": {"from": "key"}, "name": {"from": "value"}}})");
    return Again();
  }
  std::unique_ptr<load::PageCommitter> Again() override {
    return tables_.Open(*run_, reject_count_max());
  }
  void Steal() override { Update(fmt::format("owner = '{}', epoch = epoch + 1", kOtherWorker)); }
  void RequestCancel() override { Update("cancel_time = clock_timestamp()"); }
  std::vector<model::RunEvent> Events() override { return tables_.Events(run_->run_id); }
  bool ended() override {
    return database_.Query(fmt::format("SELECT state FROM syncline.run WHERE run_id = '{}' AND "
                                       "verdict IN ('COMPLETE', 'PARTIAL') AND end_time IS NOT "
                                       "NULL AND NOT EXISTS (SELECT FROM syncline.run_queue)",
                                       run_->run_id)) == "SUCCEEDED";
  }
  std::string checkpoint() override {
    return database_.Query("SELECT checkpoint FROM syncline.run_queue");
  }
  std::int64_t reject_count_max() override { return 3; }
  std::string States() override {
    return database_.Query(fmt::format(
        "SELECT COALESCE(string_agg(partition_key || ':' || value || ' ', '' ORDER BY "
        "partition_key), "
        "'') FROM ws_default.syncline_state WHERE integration_uid = {} AND meaning = '{}'",
        run_->integration_uid, LoadTables::kStateMeaning));
  }
  std::int64_t KeptStateCount() override {
    return std::stoll(database_.Query("SELECT count(*) FROM ws_default.syncline_state_pending"));
  }
  model::RowBatch Rows(const std::vector<std::string>& texts) override {
    std::string json = "[";
    for (const std::string& text : texts) {
      const auto at = text.find('=');
      json += fmt::format("{}{{\"key\": \"{}\", \"value\": \"{}\"}}", json.size() == 1 ? "" : ",",
                          text.substr(0, at), text.substr(at + 1));
    }
    return LoadTables::Page(*run_, 1, json + "]").rows;
  }

 private:
  void Update(const std::string& sets) {
    database_.Query(
        fmt::format("UPDATE syncline.run_queue SET {} WHERE run_id = '{}'", sets, run_->run_id));
  }

  MigratedDatabase database_;
  LoadTables tables_{database_, R"({"name": "workspaces/default/objectTypes/thing", "fields": [
      {"name": "email", "type": "TYPE_STRING", "unique": true},
      {"name": "name", "type": "TYPE_STRING"}]})"};
  std::optional<LoadTables::Run> run_;
};

INSTANTIATE_TEST_SUITE_P(Postgres, PageCommitterContract,
                         testing::Values([]() -> std::unique_ptr<PageCommitterHarness> {
                           if (!TestDatabase::Available()) return nullptr;
                           return std::make_unique<PostgresHarness>();
                         }));

}  // namespace
}  // namespace syncline::test
