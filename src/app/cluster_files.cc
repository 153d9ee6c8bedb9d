#include "app/cluster_files.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <system_error>
#include <vector>

#include "base/descriptor.h"
#include "base/hash.h"
#include "base/status.h"
#include "fmt/format.h"

namespace syncline::app {
namespace {

namespace fs = std::filesystem;
using base::Reason;

absl::Status Invalid(std::string message) {
  return base::Error(Reason::kConfigurationInvalid, message);
}

std::optional<Account> FindAccount(const char* name) {
  std::array<char, 4096> buffer;
  passwd entry{};
  passwd* found = nullptr;
  if (getpwnam_r(name, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
    return std::nullopt;
  return Account{.user_id = entry.pw_uid, .group_id = entry.pw_gid, .name = name};
}

// The owner of a cluster that exists already; else `postgres`, else `nobody`.
absl::StatusOr<std::optional<Account>> ChooseAccount(const fs::path& cluster_directory) {
  if (geteuid() != 0) return std::optional<Account>();
  struct stat status {};
  if (stat(cluster_directory.c_str(), &status) == 0 && status.st_uid != 0) {
    return std::optional<Account>(Account{.user_id = status.st_uid,
                                          .group_id = status.st_gid,
                                          .name = fmt::format("of id {}", status.st_uid)});
  }
  for (const char* name : {"postgres", "nobody"}) {
    if (std::optional<Account> account = FindAccount(name)) return account;
  }
  return Invalid(
      "started as root, but there is no user `postgres` or `nobody` to run PostgreSQL as");
}

absl::StatusOr<fs::path> FindBinaries(const fs::path& wanted) {
  std::vector<fs::path> candidates;
  std::error_code error;
  if (!wanted.empty()) {
    candidates.push_back(wanted);
  } else {
    for (const fs::directory_entry& entry : fs::directory_iterator("/usr/lib/postgresql", error))
      candidates.push_back(entry.path() / "bin");
    const auto version = [](const fs::path& path) {
      return std::atoi(path.parent_path().filename().c_str());
    };
    std::sort(candidates.begin(), candidates.end(),
              [&](const fs::path& a, const fs::path& b) { return version(a) > version(b); });
  }
  for (const fs::path& candidate : candidates) {
    if (access((candidate / "initdb").c_str(), X_OK) == 0 &&
        access((candidate / "postgres").c_str(), X_OK) == 0)
      return candidate;
  }
  return Invalid(fmt::format(
      "no PostgreSQL server found in {}: install the package postgresql-15, name its folder with "
      "--postgres-bin-dir, or use a server of yours with --database-url",
      wanted.empty() ? "/usr/lib/postgresql/*/bin" : wanted.string()));
}

absl::Status MakeDirectory(const fs::path& path, mode_t mode,
                           const std::optional<Account>& account) {
  if (mkdir(path.c_str(), mode) != 0) {
    if (errno == EEXIST) return absl::OkStatus();
    return Invalid(fmt::format("cannot make the folder {}: {}", path.string(), strerror(errno)));
  }
  chmod(path.c_str(), mode);  // whatever the umask was
  if (account && chown(path.c_str(), account->user_id, account->group_id) != 0)
    return Invalid(fmt::format("cannot give {} away: {}", path.string(), strerror(errno)));
  return absl::OkStatus();
}

// Every folder above the cluster must let the account through.
absl::Status CheckWayIn(const fs::path& directory, const Account& account) {
  for (fs::path path = directory;; path = path.parent_path()) {
    struct stat status {};
    if (stat(path.c_str(), &status) != 0)
      return Invalid(fmt::format("{}: {}", path.string(), strerror(errno)));
    const bool enters = status.st_uid == account.user_id    ? (status.st_mode & S_IXUSR) != 0
                        : status.st_gid == account.group_id ? (status.st_mode & S_IXGRP) != 0
                                                            : (status.st_mode & S_IXOTH) != 0;
    if (!enters) {
      return Invalid(fmt::format(
          "started as root, PostgreSQL runs as user {}, who may not enter {} (mode {:04o}); choose "
          "another --data-dir, or let others through with: chmod o+x {}",
          account.name, path.string(), status.st_mode & 07777U, path.string()));
    }
    if (path == path.parent_path()) return absl::OkStatus();
  }
}

// <data_directory>/socket when its name fits, else a folder under /tmp named after the cluster.
absl::StatusOr<fs::path> MakeSocketDirectory(const ClusterFiles& files) {
  fs::path path = files.data_directory / "socket";
  if (path.string().size() > kSocketDirectoryMax) {
    path =
        fmt::format("/tmp/syncline-{:016x}", base::HashBytes(files.cluster_directory.string()).low);
  }
  SYNCLINE_RETURN_IF_ERROR(MakeDirectory(path, 0700, files.account));
  struct stat status {};
  const uid_t owner = files.account ? files.account->user_id : geteuid();
  // Anybody may make a folder in /tmp; a socket in somebody else's would be theirs to replace.
  if (lstat(path.c_str(), &status) != 0 || !S_ISDIR(status.st_mode) || status.st_uid != owner ||
      (status.st_mode & 0077) != 0) {
    return Invalid(
        fmt::format("{} must be a folder of user {} with mode 0700", path.string(), owner));
  }
  return path;
}

}  // namespace

absl::StatusOr<ClusterFiles> PrepareClusterFiles(const fs::path& data_directory,
                                                 const fs::path& binary_directory) {
  ClusterFiles files;
  std::error_code error;
  SYNCLINE_ASSIGN_OR_RETURN(files.binary_directory, FindBinaries(binary_directory));
  fs::create_directories(fs::absolute(data_directory).parent_path(), error);
  // As root, PostgreSQL's account passes through; what stands inside is closed to it on its own.
  SYNCLINE_RETURN_IF_ERROR(
      MakeDirectory(data_directory, geteuid() == 0 ? 0711 : 0700, std::nullopt));
  files.data_directory = fs::canonical(data_directory, error);
  if (error) return Invalid(fmt::format("{}: {}", data_directory.string(), error.message()));
  files.cluster_directory = files.data_directory / kClusterFolder;
  files.log_file = files.data_directory / "postgres.log";
  SYNCLINE_ASSIGN_OR_RETURN(files.account, ChooseAccount(files.cluster_directory));
  if (files.account) SYNCLINE_RETURN_IF_ERROR(CheckWayIn(files.data_directory, *files.account));
  SYNCLINE_ASSIGN_OR_RETURN(files.socket_directory, MakeSocketDirectory(files));
  return files;
}

std::optional<PostmasterFile> ReadPostmasterFile(const fs::path& cluster_directory) {
  // Lines: pid, data directory, start time, port, socket directory, listen address, shared memory,
  // status (PostgreSQL's miscadmin.h).
  std::ifstream stream(cluster_directory / "postmaster.pid");
  std::array<std::string, 8> lines;
  for (std::string& line : lines) std::getline(stream, line);
  PostmasterFile file;
  const auto [end, error] =
      std::from_chars(lines[0].data(), lines[0].data() + lines[0].size(), file.process_id);
  if (error != std::errc() || file.process_id <= 1) return std::nullopt;
  file.socket_directory = lines[4];
  file.ready = lines[7].starts_with("ready");
  file.stopping = lines[7].starts_with("stopping");
  return file;
}

bool IsPostmasterOf(pid_t process_id, const fs::path& cluster_directory) {
  // A postmaster works in its data directory, and nothing else of ours does.
  std::error_code error;
  const fs::path process = fmt::format("/proc/{}", process_id);
  const fs::path place = fs::read_symlink(process / "cwd", error);
  if (error || place != cluster_directory) return false;
  return fs::read_symlink(process / "exe", error).filename() == "postgres" && !error;
}

absl::Status WriteOwnedFile(const fs::path& path, const std::string& text,
                            const std::optional<Account>& account) {
  const fs::path draft = path.string() + ".new";
  const base::Descriptor file(
      open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  const bool written =
      file && write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      (!account || fchown(file.get(), account->user_id, account->group_id) == 0) &&
      fsync(file.get()) == 0 && rename(draft.c_str(), path.c_str()) == 0;
  if (!written) return Invalid(fmt::format("cannot write {}: {}", path.string(), strerror(errno)));
  return absl::OkStatus();
}

}  // namespace syncline::app
