#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace syncline::app {

// The account that a program runs as, when it is not ours.
struct Account {
  uid_t user_id = 0;
  gid_t group_id = 0;
  std::string name;
};

// What to run. Nothing is inherited but what stands here: no environment, no descriptors, no shell.
struct ProcessSpec {
  std::vector<std::string> arguments;    // [0] is the absolute path of the program
  std::vector<std::string> environment;  // "NAME=value"
  std::string working_directory = "/";
  int output_descriptor = -1;      // takes both outputs; -1 = /dev/null
  std::optional<Account> account;  // drop to it; needs root
};

// Starts the program in a session of its own, so that signals of our terminal do not reach it and
// it outlives us. Returns its process id; the caller waits for it. CONFIGURATION_INVALID with the
// system's reason when it cannot be started.
absl::StatusOr<pid_t> Spawn(const ProcessSpec& spec);

// A process that need not be our child. Owned by one thread. Does not end the process when
// destroyed.
class ProcessHandle {
 public:
  static constexpr pid_t kNone = -1;

  ProcessHandle() = default;
  // NOT_FOUND when there is no such process.
  static absl::StatusOr<ProcessHandle> Open(pid_t process_id);
  ProcessHandle(ProcessHandle&& other) noexcept;
  ProcessHandle& operator=(ProcessHandle&& other) noexcept;
  ~ProcessHandle();

  pid_t process_id() const { return process_id_; }
  // Readable once the process has ended; for poll. -1 for an empty handle.
  int descriptor() const { return descriptor_; }
  // True when the process has ended within `timeout`. Collects it if it is our child.
  bool WaitForExit(std::chrono::milliseconds timeout) const;
  void Signal(int signal_number) const;

 private:
  pid_t process_id_ = kNone;
  int descriptor_ = -1;
};

// Runs a program to its end and returns its exit status; what it printed is appended to `output`
// (at most kOutputMax bytes of it). DEADLINE_EXCEEDED after `timeout`: it is killed.
absl::StatusOr<int> RunToEnd(const ProcessSpec& spec, std::chrono::milliseconds timeout,
                             std::string& output);
inline constexpr std::size_t kOutputMax = 64 * 1024;

}  // namespace syncline::app
