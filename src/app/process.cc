#include "app/process.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/descriptor.h"
#include "base/status.h"
#include "fmt/format.h"

namespace syncline::app {
namespace {

using base::Reason;

std::vector<char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (const std::string& text : texts) out.push_back(const_cast<char*>(text.c_str()));
  out.push_back(nullptr);
  return out;
}

// The half of Spawn that runs in the child. Only async-signal-safe calls: other threads of ours may
// have held any lock at the fork.
[[noreturn]] void Become(const ProcessSpec& spec, char* const* arguments, char* const* environment,
                         int null_descriptor, int failure) {
  const auto fail = [failure](int step) {
    const int report[2] = {step, errno};
    [[maybe_unused]] const ssize_t written = write(failure, report, sizeof report);
    _exit(127);
  };
  setsid();
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  signal(SIGPIPE, SIG_DFL);
  const int output = spec.output_descriptor >= 0 ? spec.output_descriptor : null_descriptor;
  if (dup2(null_descriptor, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0) fail(0);
  // All others close on exec, also those that a library opened without saying so. The pipe of
  // failures is among them: its end tells the parent that the program runs.
  close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
  if (spec.account) {
    if (setgroups(0, nullptr) != 0 || setgid(spec.account->group_id) != 0 ||
        setuid(spec.account->user_id) != 0) {
      fail(1);
    }
  }
  if (chdir(spec.working_directory.c_str()) != 0) fail(2);
  execve(arguments[0], arguments, environment);
  fail(3);
  _exit(127);
}

}  // namespace

absl::StatusOr<pid_t> Spawn(const ProcessSpec& spec) {
  const std::vector<char*> arguments = Pointers(spec.arguments);
  const std::vector<char*> environment = Pointers(spec.environment);
  const base::Descriptor null(open("/dev/null", O_RDWR | O_CLOEXEC));
  int ends[2];
  if (!null || pipe2(ends, O_CLOEXEC) != 0) {
    return base::Error(Reason::kInternal, fmt::format("no descriptor left: {}", strerror(errno)));
  }
  const base::Descriptor read_end(ends[0]);
  base::Descriptor write_end(ends[1]);
  const pid_t child = fork();
  if (child < 0) return base::Error(Reason::kInternal, fmt::format("fork: {}", strerror(errno)));
  if (child == 0) Become(spec, arguments.data(), environment.data(), null.get(), write_end.get());
  write_end.Close();
  int report[2];
  ssize_t count;
  do {
    count = read(read_end.get(), report, sizeof report);
  } while (count < 0 && errno == EINTR);
  if (count == 0) return child;  // the exec closed its end
  waitpid(child, nullptr, 0);
  static constexpr const char* kSteps[] = {"redirecting its output", "changing its user",
                                           "entering its folder", "running it"};
  return base::Error(
      Reason::kConfigurationInvalid,
      fmt::format("{}: {}: {}", spec.arguments[0], kSteps[report[0] & 3], strerror(report[1])));
}

absl::StatusOr<ProcessHandle> ProcessHandle::Open(pid_t process_id) {
  ProcessHandle handle;
  handle.descriptor_ = static_cast<int>(syscall(SYS_pidfd_open, process_id, 0));
  if (handle.descriptor_ < 0) {
    return base::Error(errno == ESRCH ? Reason::kNotFound : Reason::kInternal,
                       fmt::format("process {}: {}", process_id, strerror(errno)));
  }
  handle.process_id_ = process_id;
  return handle;
}

ProcessHandle::ProcessHandle(ProcessHandle&& other) noexcept
    : process_id_(std::exchange(other.process_id_, kNone)),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

ProcessHandle& ProcessHandle::operator=(ProcessHandle&& other) noexcept {
  std::swap(process_id_, other.process_id_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

ProcessHandle::~ProcessHandle() {
  if (descriptor_ >= 0) close(descriptor_);
}

bool ProcessHandle::WaitForExit(std::chrono::milliseconds timeout) const {
  if (descriptor_ < 0) return true;
  pollfd wait{.fd = descriptor_, .events = POLLIN, .revents = 0};
  if (poll(&wait, 1, static_cast<int>(timeout.count())) <= 0) return false;
  waitpid(process_id_, nullptr, WNOHANG);
  return true;
}

void ProcessHandle::Signal(int signal_number) const {
  // By the descriptor: the number may belong to another process by now.
  if (descriptor_ >= 0) syscall(SYS_pidfd_send_signal, descriptor_, signal_number, nullptr, 0);
}

absl::StatusOr<int> RunToEnd(const ProcessSpec& spec, std::chrono::milliseconds timeout,
                             std::string& output) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return base::Error(Reason::kInternal, fmt::format("no descriptor left: {}", strerror(errno)));
  }
  const base::Descriptor read_end(ends[0]);
  base::Descriptor write_end(ends[1]);
  ProcessSpec piped = spec;
  piped.output_descriptor = write_end.get();
  SYNCLINE_ASSIGN_OR_RETURN(const pid_t child, Spawn(piped));
  write_end.Close();
  bool late = false;
  char buffer[4096];
  while (true) {
    pollfd wait{.fd = read_end.get(), .events = POLLIN, .revents = 0};
    const int ready = poll(&wait, 1, static_cast<int>(timeout.count()));
    if (ready < 0 && errno == EINTR) continue;
    late = ready == 0;
    if (late) kill(child, SIGKILL);
    const ssize_t count = late ? 0 : read(read_end.get(), buffer, sizeof buffer);
    if (count <= 0) break;
    if (output.size() < kOutputMax) output.append(buffer, static_cast<std::size_t>(count));
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (late) return base::Error(Reason::kDeadlineExceeded, spec.arguments[0] + " took too long");
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace syncline::app
