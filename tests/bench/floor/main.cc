// floor MODE URL PAGES [DATABASE]: MODE is fetch (fetch, parse, map, hash; nothing written), load
// (into a table of unknown state) or resync (hashes are read first). URL has its query up to the
// page. Prints the records, the seconds and the records per second.

#include <fmt/format.h>

#include <chrono>
#include <string_view>
#include <thread>

#include "tests/bench/floor/floor.h"

int main(int argc, char** argv) {
  namespace bench = syncline::bench;
  if (argc < 4) {
    fmt::print(stderr, "usage: floor fetch|load|resync URL PAGES [DATABASE]\n");
    return 2;
  }
  const std::string_view mode = argv[1];
  const bool writes = mode != "fetch";
  const std::string database = argc > 4 ? argv[4] : "";
  if (mode == "load") bench::MakeTable(database);
  const auto start = std::chrono::steady_clock::now();
  bench::BoundedQueue<bench::Batch> queue(bench::kQueueBatches);
  std::vector<std::jthread> writers;
  for (int i = 0; writes && i < 2; ++i) {
    writers.emplace_back([&] {
      bench::Write(database, mode == "load" ? bench::WriteMode::kLoad : bench::WriteMode::kResync,
                   queue);
    });
  }
  bench::Mapper mapper;
  bench::Batch batch;
  std::size_t records = 0;
  bench::FetchPages(argv[2], std::stoi(argv[3]), [&](std::string&& body) {
    records += mapper.Map(body, &batch);
    if (batch.keys.size() < bench::kBatchRows) return;
    if (writes) queue.Push(std::move(batch));
    batch = {};
  });
  if (writes && !batch.keys.empty()) queue.Push(std::move(batch));
  queue.Close();
  writers.clear();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  fmt::print("{} {:.3f} {:.0f}\n", records, seconds.count(), records / seconds.count());
  return 0;
}
