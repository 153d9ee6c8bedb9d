#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "credential/credential_opener.h"
#include "event/postgres_event_feed.h"
#include "event/postgres_event_log.h"
#include "queue/postgres_run_queue.h"
#include "run/executor.h"
#include "run/postgres_run_resources.h"
#include "tests/support/migrated_database.h"

namespace syncline::run {

// Nothing is sealed in these tests.
class NoSealer final : public secret::Sealer {
 public:
  absl::StatusOr<secret::Sealed> Seal(const secret::Secret&, std::string_view) override {
    return Refuse();
  }
  absl::StatusOr<secret::Envelope> Prepare(std::string_view) override { return Refuse(); }
  absl::StatusOr<secret::Secret> Open(const secret::Sealed&, std::string_view) override {
    return Refuse();
  }

 private:
  static absl::Status Refuse() {
    return base::Error(base::Reason::kKeyUnavailable, "no keyring in this test");
  }
};

// What one process of the service has, with the periods of a test.
class RunWorker {
 public:
  // `vendor` answers lists and what sign-ins ask for; `sealer`: null = nothing is sealed. Both
  // outlive it.
  RunWorker(test::MigratedDatabase& migrated, http::Transport& vendor, const std::string& id,
            secret::Sealer* sealer = nullptr)
      : worker_id(id),
        queue_(migrated.database(), id),
        log_(migrated.database()),
        feed_({}, migrated.database(), log_, migrated.clock(), *logger_),
        vault_(sealer == nullptr ? no_sealer_ : *sealer),
        credentials_(migrated.database(), vault_, no_sources_),
        resources_(migrated.database(), credentials_,
                   {.transport = vendor, .clock = migrated.clock(), .random = migrated.random()},
                   id),
        executor({.poll_period = std::chrono::milliseconds(20),
                  .interrupt_period = std::chrono::milliseconds(20)},
                 RunContext{queue_, feed_, resources_, vendor, migrated.clock(), migrated.random(),
                            *logger_, [] { return base::SteadyTime::max(); }}) {
    EXPECT_TRUE(feed_.Start().ok());
  }
  ~RunWorker() {
    executor.Stop();
    feed_.Stop();
  }

 private:
  std::unique_ptr<base::Logger> logger_ = base::MakeNullLogger();
  NoSealer no_sealer_;

 public:
  const std::string worker_id;

 private:
  queue::PostgresRunQueue queue_;
  event::PostgresEventLog log_;
  event::PostgresEventFeed feed_;
  credential::CredentialVault vault_;
  const credential::SecretSources no_sources_;
  credential::CredentialOpener credentials_;
  PostgresRunResources resources_;

 public:
  Executor executor;
};

}  // namespace syncline::run
