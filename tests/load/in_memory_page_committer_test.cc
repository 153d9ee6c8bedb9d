#include "tests/support/in_memory_page_committer.h"

#include <deque>

#include "tests/contract/page_committer_contract.h"

namespace syncline::test {
namespace {

class InMemoryHarness final : public PageCommitterHarness {
 public:
  std::unique_ptr<load::PageCommitter> StartRun() override {
    pages_.StartAgain();
    return Again();
  }
  std::unique_ptr<load::PageCommitter> Again() override {
    return std::make_unique<InMemoryPageCommitter>(pages_, load::RunFence{"run", "worker", 1});
  }
  void Steal() override {
    pages_.Change([](auto& run) { ++run.epoch; });
  }
  void RequestCancel() override {
    pages_.Change([](auto& run) { run.cancel_requested = true; });
  }
  std::vector<model::RunEvent> Events() override { return pages_.Get().events; }
  bool ended() override { return pages_.Get().ended; }
  std::string checkpoint() override { return pages_.Get().checkpoint; }
  std::int64_t reject_count_max() override { return pages_.Get().reject_count_max; }
  std::string States() override {
    std::string all;
    for (const auto& [partition, value] : pages_.States()) {
      all += partition + ":" + std::to_string(value) + " ";
    }
    return all;
  }
  std::int64_t KeptStateCount() override {
    return static_cast<std::int64_t>(pages_.Get().kept_states.size());
  }
  model::RowBatch Rows(const std::vector<std::string>& texts) override {
    model::RowBatch rows;
    for (const std::string& text : texts) {
      rows.record_keys.push_back(base::HashBytes(text.substr(0, text.find('='))));
      rows.row_hashes.push_back(base::HashBytes(text));
      rows.record_indexes.push_back(rows.records++);
    }
    return rows;
  }

 private:
  InMemoryPages pages_;
};

INSTANTIATE_TEST_SUITE_P(InMemory, PageCommitterContract,
                         testing::Values([] { return std::make_unique<InMemoryHarness>(); }));

}  // namespace
}  // namespace syncline::test
