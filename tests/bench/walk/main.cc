// walk URL: fetches, decodes, maps and hashes the pages of a vendor as a run does, and writes
// nothing. URL is that of definition.yaml. Prints the records, the seconds and the records per
// second, as the floor does.

#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "auth/authenticator.h"
#include "base/allocator.h"
#include "base/clock.h"
#include "base/random.h"
#include "mapping/compiled_mapping.h"
#include "pull/puller.h"
#include "run/page_stream.h"
#include "tests/bench/bench_definition.h"
#include "tests/support/loopback_transport.h"

namespace syncline::bench {
namespace {

constexpr char kIntegration[] = R"({"name": "workspaces/default/integrations/bench-devices",
  "object_type": "bench_device", "records": "items",
  "pagination": {"limit_page": {"limit": 1000}, "total": "response.total"}})";

class NoCommitter final : public load::PageCommitter {
 public:
  void Prepare(std::shared_ptr<const load::PageCommit>) override {}
  absl::StatusOr<load::PageOutcome> Commit(const load::PageCommit&) override {
    return load::PageOutcome{};
  }
};

void Run(const std::string& url) {
  const base::SystemClock clock;
  base::SeededRandom random(1);
  const std::unique_ptr<http::Transport> transport = test::MakeLoopbackTransport({});
  const auto mapping = Checked(mapping::CompiledMapping::Compile(
      FromJson<v1::Mapping>(kMapping), FromJson<v1::ObjectType>(kObjectType), {}));
  auto integration = FromJson<v1::Integration>(kIntegration);
  integration.mutable_request()->set_url(url);
  auto puller = Checked(pull::Puller::Make({.integration = std::move(integration),
                                            .authenticator = auth::MakeNoAuthenticator(),
                                            .transport = *transport,
                                            .clock = clock,
                                            .random = random,
                                            .run_start = clock.Now()}));
  NoCommitter committer;
  const auto start = std::chrono::steady_clock::now();
  std::int64_t records = 0;
  run::PageStream pages(std::move(puller), mapping, clock.Now(), committer, std::stop_token());
  for (bool last = false; !last;) {
    const auto page = Checked(pages.Next());
    records += page->rows.records;
    last = page->last;
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  fmt::print("{} {:.3f} {:.0f}\n", records, seconds.count(),
             static_cast<double>(records) / seconds.count());
}

}  // namespace
}  // namespace syncline::bench

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: walk URL\n");
    return 2;
  }
  syncline::base::KeepFreedMemory();
  syncline::bench::Run(argv[1]);
  return 0;
}
