#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "app/process.h"

namespace syncline::app {

// The files of a private PostgreSQL cluster and who owns them. Pure file work, no processes.
struct ClusterFiles {
  std::filesystem::path data_directory;     // Syncline's
  std::filesystem::path cluster_directory;  // PostgreSQL's: <data_directory>/postgres
  std::filesystem::path log_file;           // <data_directory>/postgres.log
  std::filesystem::path socket_directory;   // <data_directory>/socket, or a short one
  std::filesystem::path binary_directory;   // of initdb and postgres
  std::optional<Account> account;           // set when we are root, for PostgreSQL refuses to be
};

// Of the cluster, below the data directory.
inline constexpr const char* kClusterFolder = "postgres";

// The longest directory whose socket name fits sun_path (107 bytes and the closing zero).
inline constexpr std::size_t kSocketDirectoryMax = 107 - sizeof("/.s.PGSQL.5432") + 1;

// Makes the directories (the cluster's own only for its account) and decides the rest.
// `binary_directory` empty = the newest of /usr/lib/postgresql/*/bin.
// CONFIGURATION_INVALID: no PostgreSQL found, a folder that the account cannot enter, a socket
// folder that belongs to somebody else.
absl::StatusOr<ClusterFiles> PrepareClusterFiles(const std::filesystem::path& data_directory,
                                                 const std::filesystem::path& binary_directory);

// What postmaster.pid says.
struct PostmasterFile {
  pid_t process_id = 0;
  std::string socket_directory;
  bool ready = false;
  bool stopping = false;
};

// nullopt when there is none or it is not complete yet.
std::optional<PostmasterFile> ReadPostmasterFile(const std::filesystem::path& cluster_directory);

// True when that process is a postmaster of this very cluster, not a later process that got the
// same number.
bool IsPostmasterOf(pid_t process_id, const std::filesystem::path& cluster_directory);

// Writes `text` to `path` in one step, mode 0600, owned by `account` if there is one.
absl::Status WriteOwnedFile(const std::filesystem::path& path, const std::string& text,
                            const std::optional<Account>& account);

}  // namespace syncline::app
