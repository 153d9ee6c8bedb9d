#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "app/cluster_files.h"
#include "app/process.h"
#include "base/clock.h"
#include "base/descriptor.h"
#include "base/log.h"
#include "base/service.h"

namespace syncline::app {

// A PostgreSQL cluster of our own in the data directory, reached by a Unix socket only, so that one
// program is a whole installation. Its server is a process of its own session: it survives kill -9
// of ours, and the next start adopts it. Owned by the composition root; Start and Stop come from
// one thread. While it runs, a thread starts the server again should it die.
class EmbeddedPostgres final : public base::Service {
 public:
  static constexpr std::chrono::seconds kInitTimeout{120};
  static constexpr std::chrono::seconds kStartTimeout{
      120};  // crash recovery of a large WAL included
  static constexpr std::chrono::seconds kFastStopTimeout{20};
  static constexpr std::chrono::seconds kImmediateStopTimeout{5};
  static constexpr std::chrono::milliseconds kPollInterval{5};
  static constexpr std::chrono::seconds kRestartPause{1};

  struct Options {
    std::filesystem::path data_directory;
    std::filesystem::path binary_directory;  // empty = found
  };
  EmbeddedPostgres(Options options, const base::Clock& clock, base::Logger& logger);
  ~EmbeddedPostgres() override;

  // CONFIGURATION_INVALID: see PrepareClusterFiles; also when another process of ours holds the
  // data directory. INTERNAL with PostgreSQL's own words when it does not start.
  absl::Status Start() override;
  // Fast stop: sessions are cut, a checkpoint is written; the log is replayed at the next start if
  // it takes longer than kFastStopTimeout.
  void Stop() override;

  // For libpq, once started.
  std::string url() const;
  // For libpq, of the server that another process of ours runs over the same data directory.
  // DATABASE_UNAVAILABLE when none runs.
  absl::StatusOr<std::string> RunningUrl();
  // True when this start made the cluster: nothing was ever stored in it.
  bool fresh() const { return fresh_; }

 private:
  absl::Status LockDataDirectory();
  absl::Status InitializeCluster();
  absl::Status WriteSettings();
  absl::StatusOr<bool> AdoptRunningServer();
  absl::Status StartServer();
  absl::Status AwaitReady();
  absl::Status MakeDatabase();
  void Supervise(std::stop_token stop);
  std::string EndOfLog() const;

  const Options options_;
  const base::Clock& clock_;
  base::Logger& logger_;
  ClusterFiles files_;
  base::Descriptor lock_;
  base::Descriptor wake_;  // ends Supervise
  ProcessHandle server_;
  bool started_ = false;
  bool fresh_ = false;
  std::jthread supervisor_;
};

}  // namespace syncline::app
