// parts DATABASE_URL [RECORDS [load]]: how long the parts of a run take alone, in one process
// without HTTP: parse and map with hashes, then commits of a first load and of a re-sync, into a
// new workspace table of an empty database. Prints one line per part, records per second.

#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "base/allocator.h"
#include "json/document.h"
#include "load/postgres_page_committer.h"
#include "mapping/compiled_mapping.h"
#include "store/migrator.h"
#include "tests/bench/bench_definition.h"
#include "tests/bench/floor/floor.h"
#include "tests/demo_vendor/record_text.h"

namespace syncline::bench {
namespace {

constexpr std::int64_t kPageLength = 1'000;
constexpr char kWorker[] = "01900000-0000-7000-8000-00000000aaaa";

std::string PageText(std::int64_t page) {
  std::string text = "{\"items\":[";
  for (std::int64_t i = 0; i < kPageLength; ++i) {
    if (i > 0) text.push_back(',');
    text += demo_vendor::DeviceText(1, {.number = page * kPageLength + i});
  }
  return text + "]}";
}

load::PageCommit MapPage(const mapping::CompiledMapping& mapping, std::string body) {
  const auto document = Checked(json::Document::Parse(std::move(body)));
  load::PageCommit page;
  page.rows = mapping.Map(
      {.list = expression::Value(document->root()).Find("items"), .owner = document}, {});
  page.counters = {.pages = 1, .records = page.rows.records};
  page.checkpoint = "{\"page\": 1}";
  return page;
}

class Stopwatch {
 public:
  void Print(const char* part, std::int64_t records) const {
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start_;
    fmt::print("{:<24}{:>12.0f} records/s\n", part, static_cast<double>(records) / seconds.count());
  }

 private:
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

void MeasureMapping(const mapping::CompiledMapping& mapping) {
  constexpr int kRepeats = 300;
  const std::string text = PageText(0);
  std::vector<std::string> bodies(kRepeats, text);
  {
    const Stopwatch watch;
    for (std::string& body : bodies) MapPage(mapping, std::move(body));
    watch.Print("parse, map, hash", kRepeats * kPageLength);
  }
  const auto document = Checked(json::Document::Parse(text));
  const Stopwatch watch;
  for (int i = 0; i < kRepeats; ++i) {
    mapping.Map({.list = expression::Value(document->root()).Find("items"), .owner = document}, {});
  }
  watch.Print("map, hash", kRepeats * kPageLength);
}

// A run that kWorker owns.
load::LoadTargetOptions StartRun(store::Database& database, const base::Clock& clock,
                                 base::Random& random) {
  const std::string run = base::MakeUuidV7(clock.Now(), random);
  Check(database.RunTransaction([&](store::Transaction& transaction) {
    return transaction.ExecuteScript(fmt::format(
        "INSERT INTO syncline.run (run_id, workspace_id, integration_id, integration_uid, trigger, "
        "state, definition, mapping_version) VALUES ('{0}', 'default', 'parts', 1, 'MANUAL', "
        "'RUNNING', '{{}}', 1); INSERT INTO syncline.run_queue (run_id, integration_uid, state, "
        "owner, epoch) VALUES ('{0}', 1, 'RUNNING', '{1}', 1)",
        run, kWorker));
  }));
  return {.fence = {run, kWorker, 1},
          .workspace = "default",
          .integration_uid = 1,
          .object_type = FromJson<v1::ObjectType>(kObjectType)};
}

// Commits while another thread maps the next pages, as a pipeline does.
void MeasureCommits(const char* part, load::PageCommitter& committer,
                    const mapping::CompiledMapping& mapping, std::vector<std::string> texts) {
  const auto pages = static_cast<std::int64_t>(texts.size());
  const Stopwatch watch;
  BoundedQueue<std::shared_ptr<const load::PageCommit>> mapped(1);
  const std::jthread mapper([&] {
    for (std::int64_t number = 1; number <= pages; ++number) {
      auto page = std::make_shared<load::PageCommit>(
          MapPage(mapping, std::move(texts[static_cast<std::size_t>(number - 1)])));
      page->page_number = number;
      page->last = number == pages;
      committer.Prepare(page);
      mapped.Push(std::move(page));
    }
    mapped.Close();
  });
  while (const auto page = mapped.Pop()) Check(committer.Commit(**page).status());
  watch.Print(part, pages * kPageLength);
}

void Run(const std::string& url, std::int64_t records, bool load_only) {
  const auto mapping = Checked(mapping::CompiledMapping::Compile(
      FromJson<v1::Mapping>(kMapping), FromJson<v1::ObjectType>(kObjectType), {}));
  MeasureMapping(mapping);
  Check(store::Migrator(url).Run());
  const base::SystemClock clock;
  base::SeededRandom random(1);
  store::Database database({.url = url}, clock, random);
  for (const char* part : {"first load", "re-sync, unchanged"}) {
    const auto committer = Checked(
        load::PostgresPageCommitter::Open(database, StartRun(database, clock, random), mapping));
    std::vector<std::string> texts;
    for (std::int64_t page = 0; page < records / kPageLength; ++page) {
      texts.push_back(PageText(page));
    }
    MeasureCommits(part, *committer, mapping, std::move(texts));
    if (load_only) break;
  }
}

}  // namespace
}  // namespace syncline::bench

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: parts DATABASE_URL [RECORDS]\n");
    return 2;
  }
  syncline::base::KeepFreedMemory();
  syncline::bench::Run(argv[1], argc > 2 ? std::atoll(argv[2]) : 300'000, argc > 3);
  return 0;
}
