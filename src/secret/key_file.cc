#include "secret/key_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/status.h"
#include "secret/digest.h"
#include "secret/random_bytes.h"

namespace syncline::secret {
namespace {

using base::Reason;

absl::Status Refused(const std::string& path, std::string_view why) {
  return base::Error(Reason::kKeyUnavailable, fmt::format("file {}: {}", path, why),
                     {{"path", path}});
}

enum class Owner { kWe, kAnybody };

absl::Status CheckFile(const std::string& path, const struct stat& facts, Owner owner,
                       std::size_t bytes_max) {
  if (!S_ISREG(facts.st_mode)) return Refused(path, "not a regular file");
  if (owner == Owner::kWe && facts.st_uid != geteuid()) {
    return Refused(
        path, fmt::format("belongs to user {}, must belong to user {}", facts.st_uid, geteuid()));
  }
  const mode_t mode = facts.st_mode & 07777;
  if (owner == Owner::kAnybody && (mode & 0007) != 0) {
    return Refused(path, fmt::format("has mode {:04o}, must not be open to others", mode));
  }
  if (owner == Owner::kWe && mode != 0400 && mode != 0600) {
    return Refused(path, fmt::format("has mode {:04o}, must have 0400 or 0600", mode));
  }
  if (static_cast<std::size_t>(facts.st_size) > bytes_max) {
    return Refused(path, fmt::format("has more than {} bytes", bytes_max));
  }
  return absl::OkStatus();
}

bool WriteAll(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return fsync(file) == 0;
}

absl::StatusOr<Secret> ReadFile(const std::string& path, Owner owner, std::size_t bytes_max) {
  const base::Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) return Refused(path, std::strerror(errno));
  // Facts of the open file, not of the path, so that nobody can exchange it in between.
  struct stat facts {};
  if (fstat(file.get(), &facts) != 0) return Refused(path, std::strerror(errno));
  SYNCLINE_RETURN_IF_ERROR(CheckFile(path, facts, owner, bytes_max));
  const auto size = static_cast<std::size_t>(facts.st_size);
  absl::StatusOr<Secret> content = ReadSecret(file, size);
  if (!content.ok()) return Refused(path, base::MessageOf(content.status()));
  if (content->Reveal().size() != size) return Refused(path, "cannot be read to its end");
  return content;
}

}  // namespace

absl::StatusOr<Secret> ReadSecret(const base::Descriptor& file, std::size_t bytes_max) {
  std::string bytes(bytes_max, '\0');
  std::size_t size = 0;
  ssize_t got = 1;
  while (size < bytes.size() && got > 0) {
    do {
      got = read(file.get(), bytes.data() + size, bytes.size() - size);
    } while (got < 0 && errno == EINTR);
    if (got > 0) size += static_cast<std::size_t>(got);
  }
  const int error = errno;
  bytes.resize(size);
  Secret content(std::move(bytes));  // wiped, too, where it is not whole
  if (got < 0) return base::Error(Reason::kKeyUnavailable, std::strerror(error));
  return content;
}

absl::StatusOr<Secret> ReadKeyFile(const std::string& path, std::size_t bytes_max) {
  return ReadFile(path, Owner::kWe, bytes_max);
}

absl::StatusOr<Secret> ReadSecretFile(const std::string& path, std::size_t bytes_max) {
  return ReadFile(path, Owner::kAnybody, bytes_max);
}

absl::Status WriteNewKeyFile(const std::string& path, const Secret& content) {
  SYNCLINE_ASSIGN_OR_RETURN(const Secret suffix, RandomBytes(8));
  const std::string temporary = fmt::format("{}.{}", path, EncodeHex(suffix.Reveal()));
  auto failed = [&](std::string_view what) {
    const std::string reason = std::strerror(errno);
    unlink(temporary.c_str());
    return base::Error(Reason::kConfigurationInvalid,
                       fmt::format("key file {}: {}: {}", path, what, reason), {{"path", path}});
  };
  {
    const base::Descriptor file(
        open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400));
    if (file.get() < 0) return failed("cannot be created");
    if (fchmod(file.get(), 0400) != 0 || !WriteAll(file.get(), content.Reveal())) {
      return failed("cannot be written");
    }
  }
  // Unlike rename, link refuses to take the place of an existing file.
  if (link(temporary.c_str(), path.c_str()) != 0) {
    if (errno != EEXIST) return failed("cannot be created");
    unlink(temporary.c_str());
    return base::Error(Reason::kAlreadyExists, fmt::format("key file {} exists already", path),
                       {{"path", path}});
  }
  unlink(temporary.c_str());
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const base::Descriptor directory(
      open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() >= 0) fsync(directory.get());  // the name outlives a power failure
  return absl::OkStatus();
}

}  // namespace syncline::secret
