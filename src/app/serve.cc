#include "app/serve.h"

#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <iostream>
#include <thread>

#include "app/key_commands.h"
#include "app/keys.h"
#include "app/server.h"
#include "base/clock.h"
#include "base/random.h"
#include "base/status.h"
#include "fmt/format.h"

namespace syncline::app {
namespace {

// A stop that takes longer has hung: the supervisor's SIGKILL would come next anyway, and what we
// leave behind is what kill -9 leaves, which the next start puts right.
constexpr std::chrono::seconds kStopMax{45};

sigset_t BlockStopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // before any thread, so that all inherit it
  signal(SIGPIPE, SIG_IGN);  // a caller that went away is an error of its write
  signal(SIGHUP, SIG_IGN);
  return signals;
}

int Serve(const Config& config) {
  const sigset_t signals = BlockStopSignals();
  const base::SystemClock clock;
  base::SeededRandom random(base::SystemSeed());
  const std::unique_ptr<base::Logger> logger =
      base::MakeStderrLogger(config.log_format, config.log_level);

  std::atomic<bool> lease_lost = false;
  Server server(config, clock, random, *logger, [&lease_lost] {
    lease_lost = true;
    kill(getpid(), SIGTERM);
  });
  const absl::Status started = server.Start();
  if (!started.ok()) logger->Error("server.start_failed", {{"error", started}});
  int signal_number = 0;
  if (started.ok()) sigwait(&signals, &signal_number);

  logger->Info("server.stopping", {{"cause", !started.ok()             ? "START_FAILED"
                                             : lease_lost              ? "LEASE_LOST"
                                             : signal_number == SIGINT ? "SIGINT"
                                                                       : "SIGTERM"}});
  const std::jthread watchdog([&](std::stop_token stop) {
    if (!clock.WaitFor(kStopMax, stop)) return;
    logger->Error("server.stop_timed_out", {{"seconds", int{kStopMax.count()}}});
    _exit(kExitFailed);
  });
  server.Stop();
  logger->Info("server.stopped");
  return started.ok() && !lease_lost ? kExitOk : kExitFailed;
}

int Generate(const GenerateKeysCommand& command) {
  base::SeededRandom random(base::SystemSeed());
  const absl::Status status = GenerateKeys(command.out, random);
  if (!status.ok()) {
    fmt::print(stderr, "synclined: {}\n", base::MessageOf(status));
    return kExitFailed;
  }
  fmt::print("made {}; keep a copy where the database's backups are not\n", command.out.string());
  return kExitOk;
}

using KeyWork = absl::Status (*)(const Config&, base::Logger&, std::ostream&);

int RunOnKeys(const Config& config, KeyWork work) {
  const auto logger = base::MakeStderrLogger(config.log_format, base::LogLevel::kWarning);
  const absl::Status status = work(config, *logger, std::cout);
  if (status.ok()) return kExitOk;
  fmt::print(stderr, "synclined: {}: {}\n", base::ReasonName(base::ReasonOf(status)),
             base::MessageOf(status));
  return kExitFailed;
}

}  // namespace

void CloseToOthers() {
  umask(0077);  // Unix sockets of the API included
  prctl(PR_SET_DUMPABLE, 0);
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
}

int RunCommand(const Command& command) {
  if (const auto* print = std::get_if<PrintCommand>(&command)) {
    fmt::print("{}", print->text);
    return kExitOk;
  }
  if (const auto* generate = std::get_if<GenerateKeysCommand>(&command)) return Generate(*generate);
  if (const auto* rotate = std::get_if<RotateKeysCommand>(&command)) {
    return RunOnKeys(rotate->config, RotateKeys);
  }
  if (const auto* list = std::get_if<ListKeysCommand>(&command)) {
    return RunOnKeys(list->config, ListKeys);
  }
  return Serve(std::get<ServeCommand>(command).config);
}

int ReportWrongSettings(const absl::Status& status) {
  for (const base::FieldViolation& violation : base::FieldViolationsOf(status))
    fmt::print(stderr, "synclined: {}: {}\n", violation.field, violation.description);
  fmt::print(stderr, "synclined --help describes every setting.\n");
  return kExitWrongSettings;
}

}  // namespace syncline::app
