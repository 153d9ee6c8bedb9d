#pragma once

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "run/pipeline.h"
#include "run/run_context.h"
#include "store/proto_json.h"
#include "tests/support/fake_clock.h"
#include "tests/support/in_memory_page_committer.h"
#include "tests/support/in_memory_run_queue.h"
#include "tests/support/scripted_transport.h"

namespace syncline::run {

// Counts what is announced; nobody can subscribe.
class CountingFeed final : public event::EventFeed {
 public:
  absl::Status Start() override { return absl::OkStatus(); }
  void Stop() override {}
  absl::StatusOr<std::unique_ptr<event::Subscription>> Subscribe(const std::string&, std::int64_t,
                                                                 std::function<void()>) override {
    return base::Error(base::Reason::kUnimplemented, "no watchers here");
  }
  void Announce(const std::string&) override { ++announced; }
  std::atomic<int> announced = 0;
};

// Calls a test's hooks around a committer.
class HookedCommitter final : public load::PageCommitter {
 public:
  using OnPrepare = std::function<void()>;
  using OnCommit = std::function<void(const load::PageCommit&)>;
  HookedCommitter(std::unique_ptr<load::PageCommitter> inner, OnPrepare on_prepare,
                  OnCommit on_commit)
      : inner_(std::move(inner)),
        on_prepare_(std::move(on_prepare)),
        on_commit_(std::move(on_commit)) {}
  void Prepare(std::shared_ptr<const load::PageCommit> page) override {
    if (on_prepare_) on_prepare_();
    inner_->Prepare(std::move(page));
  }
  absl::StatusOr<load::PageOutcome> Commit(const load::PageCommit& page) override {
    if (on_commit_) on_commit_(page);
    return inner_->Commit(page);
  }

 private:
  const std::unique_ptr<load::PageCommitter> inner_;
  const OnPrepare on_prepare_;
  const OnCommit on_commit_;
};

// Committers of each run over an InMemoryPages of its own.
class InMemoryRunResources final : public RunResources {
 public:
  absl::StatusOr<SignIn> OpenSignIn(const queue::ClaimedRun&, const v1::Integration&,
                                    http::Transport& transport) override {
    if (on_open) {
      const absl::Status status = on_open();
      if (!status.ok()) return status;
    }
    return SignIn{make_authenticator ? make_authenticator(transport) : auth::MakeNoAuthenticator(),
                  budget};
  }
  absl::StatusOr<std::unique_ptr<pull::StateSource>> OpenStates(const queue::ClaimedRun&,
                                                                const v1::Integration&) override {
    return nullptr;
  }
  absl::StatusOr<std::unique_ptr<load::PageCommitter>> MakeCommitter(
      const queue::ClaimedRun& run, const Definition&, const mapping::CompiledMapping&) override {
    test::InMemoryPages& of_run = PagesOf(run.run_id);
    of_run.Change([&](test::InMemoryPages::Run& row) { row.epoch = run.epoch; });
    auto committer = std::make_unique<test::InMemoryPageCommitter>(
        of_run, load::RunFence{.run_id = run.run_id, .worker_id = "worker", .epoch = run.epoch});
    return std::make_unique<HookedCommitter>(std::move(committer), on_prepare, on_commit);
  }
  std::unique_ptr<pull::KnownRecords> MakeKnownRecords(const queue::ClaimedRun&) override {
    return nullptr;
  }
  absl::StatusOr<pull::ExchangeLog::Bounds> FindExchanges(const queue::ClaimedRun& run) override {
    const std::lock_guard lock(mutex_);
    pull::ExchangeLog::Bounds bounds;
    for (const auto& [id, exchange] : exchanges_[run.run_id]) bounds.last_id = id;
    return bounds;
  }
  absl::Status WriteExchanges(const queue::ClaimedRun& run,
                              const std::vector<model::Exchange>& exchanges) override {
    if (on_write_exchanges) SYNCLINE_RETURN_IF_ERROR(on_write_exchanges());
    const std::lock_guard lock(mutex_);
    for (const model::Exchange& one : exchanges) exchanges_[run.run_id][one.exchange_id] = one;
    return absl::OkStatus();
  }
  // What was written so far, by id.
  std::map<std::int64_t, model::Exchange> ExchangesOf(const std::string& run_id) {
    const std::lock_guard lock(mutex_);
    return exchanges_[run_id];
  }
  test::InMemoryPages& PagesOf(const std::string& run_id) {
    const std::lock_guard lock(mutex_);
    return pages_[run_id];
  }

  std::function<absl::Status()> on_open;
  std::shared_ptr<http::RateBudget> budget;
  std::function<std::unique_ptr<auth::Authenticator>(http::Transport&)> make_authenticator;
  std::function<absl::Status()> on_write_exchanges;
  HookedCommitter::OnPrepare on_prepare;
  HookedCommitter::OnCommit on_commit;

 private:
  std::mutex mutex_;
  std::map<std::string, test::InMemoryPages> pages_;
  std::map<std::string, std::map<std::int64_t, model::Exchange>> exchanges_;  // guarded by mutex_
};

// Answers several runs at once by a function, which may block.
class FunctionTransport final : public http::Transport {
 public:
  using Answer = std::function<absl::StatusOr<http::Response>(const http::Request&)>;
  explicit FunctionTransport(Answer answer) : answer_(std::move(answer)) {}
  absl::StatusOr<http::Response> Send(const http::Request& request, const http::TransportLimits&,
                                      std::stop_token) override {
    return answer_(request);
  }

 private:
  const Answer answer_;
};

// A vendor with a list of users behind limit/offset paging, two per page, and all that a run needs.
class RunFixture : public testing::Test {
 protected:
  explicit RunFixture(test::FakeClock::Waits waits) : clock_(waits) {}

  static constexpr int kPageSize = 2;
  static Definition MakeDefinition() {
    Definition definition;
    definition.integration.set_name("workspaces/default/integrations/people");
    definition.integration.set_object_type("person");
    definition.integration.mutable_request()->set_url("https://vendor.example/users");
    definition.integration.mutable_pagination()->mutable_limit_offset()->set_limit(kPageSize);
    definition.mapping.add_sync_keys("email");
    (*definition.mapping.mutable_fields())["email"].set_from("email");
    definition.mapping.set_version(1);
    v1::Field* email = definition.object_type.add_fields();
    definition.object_type.set_name("workspaces/default/objectTypes/person");
    email->set_name("email");
    email->set_type(v1::Field::TYPE_STRING);
    email->set_unique(true);
    return definition;
  }
  static std::string DefinitionJson(const Definition& definition) {
    return fmt::format(R"({{"integration":{},"mapping":{},"object_type":{}}})",
                       store::ToProtoJson(definition.integration),
                       store::ToProtoJson(definition.mapping),
                       store::ToProtoJson(definition.object_type));
  }
  void Enqueue(const std::string& run_id, const Definition& definition = MakeDefinition()) {
    queue::ClaimedRun run;
    run.run_id = run_id;
    run.workspace = "default";
    run.integration = "people";
    run.definition = DefinitionJson(definition);
    run.start_time = clock_.Now();
    table_.Enqueue(std::move(run));
  }
  queue::ClaimedRun Claim() { return queue_.Claim(1)->at(0); }
  // What the run's row would hold for its next owner.
  void CarryProgress(const std::string& run_id) {
    const test::InMemoryPages::Run done = resources_.PagesOf(run_id).Get();
    const std::lock_guard lock(table_.mutex);
    queue::ClaimedRun& run = table_.rows[run_id].run;
    run.pages_committed = done.page_number;
    run.checkpoint = done.checkpoint;
    run.counters = done.counters;
  }
  std::vector<std::string> Kinds(const std::string& run_id) {
    std::vector<std::string> kinds;
    const std::vector<model::RunEvent> events = table_.log.ReadAfter(run_id, 0, 1'000).value();
    for (const model::RunEvent& event : events) {
      kinds.emplace_back(model::RunEventKind(event.body));
    }
    return kinds;
  }
  absl::StatusOr<http::Response> Answer(const http::Request& request) {
    const std::string query = request.url.query;
    const std::size_t at = query.find("offset=");
    const int offset = at == std::string::npos ? 0 : std::atoi(query.c_str() + at + 7);
    ++request_count_;
    if (on_request_) {
      if (auto answer = on_request_(offset); answer.has_value()) return *std::move(answer);
    }
    std::string body = "[";
    for (int i = offset; i < std::min(offset + kPageSize, user_count_.load()); ++i) {
      body += fmt::format(R"({}{{"email":"user-{}@vendor.example"}})", i == offset ? "" : ",", i);
    }
    return test::JsonResponse(body + "]");
  }

  std::atomic<int> user_count_ = 5;
  std::atomic<int> request_count_ = 0;
  // May answer in the vendor's place; gets the offset asked for.
  std::function<std::optional<absl::StatusOr<http::Response>>(int)> on_request_;

  test::FakeClock clock_;
  base::SeededRandom random_{1};
  std::unique_ptr<base::Logger> logger_ = base::MakeNullLogger();
  FunctionTransport transport_{[this](const http::Request& request) { return Answer(request); }};
  test::InMemoryRunTable table_;
  test::InMemoryRunQueue queue_{table_, "worker"};
  CountingFeed feed_;
  InMemoryRunResources resources_;
  base::SteadyTime trusted_until_ = base::SteadyTime::max();
  RunContext context_{queue_, feed_,   resources_, transport_,
                      clock_, random_, *logger_,   [this] { return trusted_until_; }};
};

}  // namespace syncline::run
