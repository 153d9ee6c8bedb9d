#include "tests/support/in_memory_run_queue.h"

#include <fmt/format.h>

#include "tests/contract/run_queue_contract.h"

namespace syncline::test {
namespace {

class InMemoryHarness final : public RunQueueHarness {
 public:
  queue::RunQueue& first() override { return first_; }
  queue::RunQueue& second() override { return second_; }
  std::string Enqueue() override {
    queue::ClaimedRun run;
    run.run_id = fmt::format("run-{:03}", ++count_);
    run.workspace = "default";
    run.definition = "{}";
    table_.Enqueue(run);
    return run.run_id;
  }
  absl::Status RequestCancel(const std::string& run_id) override {
    return table_.RequestCancel(run_id);
  }
  std::vector<model::RunEvent> Events(const std::string& run_id) override {
    return *table_.log.ReadAfter(run_id, 0, 1'000);
  }
  model::RunState State(const std::string& run_id) override { return table_.Get(run_id).state; }
  std::string WaitReason(const std::string& run_id) override {
    return table_.Get(run_id).wait.reason;
  }

 private:
  int count_ = 0;
  InMemoryRunTable table_;
  InMemoryRunQueue first_{table_, "first"};
  InMemoryRunQueue second_{table_, "second"};
};

INSTANTIATE_TEST_SUITE_P(InMemory, RunQueueContract, testing::Values([] {
                           return std::unique_ptr<RunQueueHarness>(new InMemoryHarness());
                         }));

}  // namespace
}  // namespace syncline::test
