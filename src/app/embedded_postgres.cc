#include "app/embedded_postgres.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/status.h"
#include "fmt/format.h"
#include "store/connection.h"

namespace syncline::app {
namespace {

namespace fs = std::filesystem;
using base::Reason;

constexpr std::string_view kUser = "syncline";
constexpr std::string_view kDatabase = "syncline";

// Rewritten at every start. What an operator wants otherwise goes into local.conf, which is read
// after it and never touched.
constexpr std::string_view kSettings =
    R"(# Written by synclined at every start; put your own settings into local.conf beside it.
listen_addresses = ''
port = 5432
unix_socket_directories = '{}'
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = 192MB
work_mem = 16MB
maintenance_work_mem = 128MB
temp_buffers = 32MB
max_wal_size = 4GB
min_wal_size = 256MB
checkpoint_timeout = 15min
wal_compression = lz4
fsync = on
synchronous_commit = on
random_page_cost = 1.1
jit = off
idle_in_transaction_session_timeout = 60s
idle_session_timeout = 0
client_connection_check_interval = 5s
logging_collector = off
log_timezone = 'UTC'
timezone = 'UTC'
log_line_prefix = '%m [%p] %a '
log_min_messages = warning
log_checkpoints = off
# Values of parameters may be secret or personal.
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_min_error_statement = panic
)";

std::vector<std::string> ServerEnvironment() {
  return {"PATH=/usr/bin:/bin", "LC_ALL=C", "TZ=UTC", "HOME=/nonexistent"};
}

std::string Quoted(std::string_view text, char quote) {
  std::string out;
  for (const char c : text) {
    if (c == quote || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

EmbeddedPostgres::EmbeddedPostgres(Options options, const base::Clock& clock, base::Logger& logger)
    : options_(std::move(options)), clock_(clock), logger_(logger) {}

EmbeddedPostgres::~EmbeddedPostgres() { Stop(); }

std::string EmbeddedPostgres::url() const {
  return fmt::format("host='{}' port=5432 user={} dbname={}",
                     Quoted(files_.socket_directory.string(), '\''), kUser, kDatabase);
}

absl::StatusOr<std::string> EmbeddedPostgres::RunningUrl() {
  // Nothing is made here, not even a folder.
  const fs::path cluster = options_.data_directory / kClusterFolder;
  const std::optional<PostmasterFile> file = ReadPostmasterFile(cluster);
  if (!file.has_value() || !file->ready || !IsPostmasterOf(file->process_id, cluster)) {
    return base::Error(Reason::kDatabaseUnavailable,
                       fmt::format("no server runs with the data directory {}; start it, or name "
                                   "your own database with --database-url",
                                   options_.data_directory.string()));
  }
  files_.socket_directory = file->socket_directory;
  return url();
}

absl::Status EmbeddedPostgres::Start() {
  SYNCLINE_ASSIGN_OR_RETURN(
      files_, PrepareClusterFiles(options_.data_directory, options_.binary_directory));
  SYNCLINE_RETURN_IF_ERROR(LockDataDirectory());
  fresh_ = !fs::exists(files_.cluster_directory / "PG_VERSION");
  if (fresh_) SYNCLINE_RETURN_IF_ERROR(InitializeCluster());
  SYNCLINE_ASSIGN_OR_RETURN(const bool adopted, AdoptRunningServer());
  if (!adopted) {
    SYNCLINE_RETURN_IF_ERROR(WriteSettings());
    SYNCLINE_RETURN_IF_ERROR(StartServer());
  }
  started_ = true;
  SYNCLINE_RETURN_IF_ERROR(MakeDatabase());
  logger_.Info("postgres.ready", {{"data_directory", files_.cluster_directory.string()},
                                  {"socket_directory", files_.socket_directory.string()},
                                  {"process_id", std::int64_t{server_.process_id()}},
                                  {"adopted", adopted ? "true" : "false"}});
  wake_ = base::Descriptor(eventfd(0, EFD_CLOEXEC));
  supervisor_ = std::jthread([this](std::stop_token stop) { Supervise(std::move(stop)); });
  return absl::OkStatus();
}

absl::Status EmbeddedPostgres::LockDataDirectory() {
  const fs::path path = files_.data_directory / "lock";
  lock_ = base::Descriptor(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock_ || flock(lock_.get(), LOCK_EX | LOCK_NB) != 0) {
    return base::Error(Reason::kConfigurationInvalid,
                       fmt::format("{} is in use by another synclined ({})",
                                   files_.data_directory.string(), strerror(errno)));
  }
  return absl::OkStatus();
}

absl::Status EmbeddedPostgres::InitializeCluster() {
  // Made beside its place and renamed: a crash in between leaves no half cluster.
  const fs::path draft = files_.data_directory / "postgres.new";
  std::error_code error;
  fs::remove_all(draft, error);
  fs::create_directory(draft, error);
  if (!error) fs::permissions(draft, fs::perms::owner_all, error);
  if (!error && files_.account &&
      chown(draft.c_str(), files_.account->user_id, files_.account->group_id) != 0) {
    error = std::error_code(errno, std::generic_category());
  }
  if (error) {
    return base::Error(Reason::kConfigurationInvalid,
                       fmt::format("{}: {}", draft.string(), error.message()));
  }
  const ProcessSpec spec{
      .arguments = {(files_.binary_directory / "initdb").string(), "-D", draft.string(), "-U",
                    std::string(kUser), "-A", "trust", "--auth-host=reject", "-E", "UTF8",
                    "--locale=C", "--no-instructions"},
      .environment = ServerEnvironment(),
      .account = files_.account};
  std::string output;
  SYNCLINE_ASSIGN_OR_RETURN(const int code, RunToEnd(spec, kInitTimeout, output));
  if (code != 0) {
    return base::Error(Reason::kInternal, fmt::format("initdb failed with {}: {}", code, output));
  }
  std::ofstream(draft / "postgresql.conf", std::ios::app)
      << "\ninclude 'syncline.conf'\ninclude_if_exists 'local.conf'\n";
  fs::rename(draft, files_.cluster_directory, error);
  if (error) {
    return base::Error(Reason::kConfigurationInvalid,
                       fmt::format("{}: {}", files_.cluster_directory.string(), error.message()));
  }
  return absl::OkStatus();
}

absl::Status EmbeddedPostgres::WriteSettings() {
  return WriteOwnedFile(files_.cluster_directory / "syncline.conf",
                        fmt::format(kSettings, files_.socket_directory.string()), files_.account);
}

absl::StatusOr<bool> EmbeddedPostgres::AdoptRunningServer() {
  const std::optional<PostmasterFile> file = ReadPostmasterFile(files_.cluster_directory);
  if (!file) return false;
  if (!IsPostmasterOf(file->process_id, files_.cluster_directory)) {
    // Left over from a crash, and its number was given to somebody else (usual in containers, where
    // numbers start anew): PostgreSQL would refuse to start. That no server is left is still
    // checked, by the shared memory that goes with the folder.
    if (kill(file->process_id, 0) == 0) {
      std::error_code error;
      fs::remove(files_.cluster_directory / "postmaster.pid", error);
    }
    return false;
  }
  absl::StatusOr<ProcessHandle> process = ProcessHandle::Open(file->process_id);
  if (!process.ok()) return false;  // it ended in between
  if (file->stopping) {
    if (process->WaitForExit(kFastStopTimeout)) return false;
    return base::Error(Reason::kInternal, "an earlier PostgreSQL server of ours does not end");
  }
  server_ = *std::move(process);
  if (!file->socket_directory.empty()) files_.socket_directory = file->socket_directory;
  SYNCLINE_RETURN_IF_ERROR(AwaitReady());
  return true;
}

absl::Status EmbeddedPostgres::StartServer() {
  const base::Descriptor log(
      open(files_.log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!log) {
    return base::Error(Reason::kConfigurationInvalid,
                       fmt::format("{}: {}", files_.log_file.string(), strerror(errno)));
  }
  const ProcessSpec spec{.arguments = {(files_.binary_directory / "postgres").string(), "-D",
                                       files_.cluster_directory.string()},
                         .environment = ServerEnvironment(),
                         .working_directory = files_.cluster_directory.string(),
                         .output_descriptor = log.get(),
                         .account = files_.account};
  SYNCLINE_ASSIGN_OR_RETURN(const pid_t process_id, Spawn(spec));
  SYNCLINE_ASSIGN_OR_RETURN(server_, ProcessHandle::Open(process_id));
  return AwaitReady();
}

absl::Status EmbeddedPostgres::AwaitReady() {
  const base::SteadyTime deadline = clock_.SteadyNow() + kStartTimeout;
  while (true) {
    const std::optional<PostmasterFile> file = ReadPostmasterFile(files_.cluster_directory);
    if (file && file->process_id == server_.process_id() && file->ready) return absl::OkStatus();
    if (server_.WaitForExit(kPollInterval)) {
      return base::Error(Reason::kInternal, "PostgreSQL ended while it started: " + EndOfLog());
    }
    if (clock_.SteadyNow() > deadline) {
      return base::Error(Reason::kDeadlineExceeded, "PostgreSQL is not ready yet: " + EndOfLog());
    }
  }
}

absl::Status EmbeddedPostgres::MakeDatabase() {
  const std::string maintenance =
      fmt::format("host='{}' port=5432 user={} dbname=postgres",
                  Quoted(files_.socket_directory.string(), '\''), kUser);
  SYNCLINE_ASSIGN_OR_RETURN(const auto connection, store::Connection::Open(maintenance, {}));
  SYNCLINE_ASSIGN_OR_RETURN(
      const store::Result found,
      connection->Execute("SELECT 1 FROM pg_database WHERE datname = 'syncline'"));
  if (!found.empty()) return absl::OkStatus();
  return connection->ExecuteScript("CREATE DATABASE syncline");
}

void EmbeddedPostgres::Supervise(std::stop_token stop) {
  while (!stop.stop_requested()) {
    pollfd waits[] = {{.fd = server_.descriptor(), .events = POLLIN, .revents = 0},
                      {.fd = wake_.get(), .events = POLLIN, .revents = 0}};
    if (poll(waits, 2, -1) < 0) continue;  // a signal
    if (stop.stop_requested()) return;
    if (!server_.WaitForExit(std::chrono::milliseconds(0))) continue;
    logger_.Error("postgres.died", {{"log", EndOfLog()}});
    // Its children may hold the shared memory for a moment; then the next try works.
    while (clock_.WaitFor(kRestartPause, stop)) {
      const absl::Status status = StartServer();
      if (status.ok()) {
        logger_.Warning("postgres.restarted", {{"process_id", std::int64_t{server_.process_id()}}});
        break;
      }
      logger_.Error("postgres.restart_failed", {{"error", status}});
    }
  }
}

void EmbeddedPostgres::Stop() {
  if (supervisor_.joinable()) {
    supervisor_.request_stop();
    eventfd_write(wake_.get(), 1);
    supervisor_.join();
  }
  if (server_.descriptor() >= 0) {
    server_.Signal(SIGINT);
    if (!server_.WaitForExit(kFastStopTimeout)) {
      logger_.Warning("postgres.stop_forced");
      server_.Signal(SIGQUIT);
      if (!server_.WaitForExit(kImmediateStopTimeout)) server_.Signal(SIGKILL);
    }
    server_ = ProcessHandle();
    if (started_) logger_.Info("postgres.stopped");
  }
  started_ = false;
  std::error_code error;
  if (files_.socket_directory.parent_path() != files_.data_directory)
    fs::remove(files_.socket_directory, error);  // the one in /tmp, unless something is left in it
  lock_.Close();
}

std::string EmbeddedPostgres::EndOfLog() const {
  constexpr std::streamoff kTail = 1'500;
  std::ifstream log(files_.log_file, std::ios::binary | std::ios::ate);
  const std::streamoff size = log.tellg();
  if (size <= 0) return "(nothing in its log)";
  log.seekg(std::max<std::streamoff>(0, size - kTail));
  return std::string(std::istreambuf_iterator<char>(log), {});
}

}  // namespace syncline::app
