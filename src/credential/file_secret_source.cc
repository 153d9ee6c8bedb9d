#include "credential/file_secret_source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/status.h"

namespace syncline::credential {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  const int number_;
};

absl::Status Unavailable(const std::string& name, std::string_view why) {
  return base::Error(base::Reason::kSecretUnavailable, fmt::format("file {}: {}", name, why));
}

// The kernel walks the name and refuses to leave the folder, also where a link changes meanwhile.
int OpenBeneath(int folder, const std::string& name) {
  open_how how{};
  how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  return static_cast<int>(syscall(SYS_openat2, folder, name.c_str(), &how, sizeof how));
}

}  // namespace

std::string FileSecretSource::Mistake(const auth::SecretReference& reference) const {
  std::string_view rest = reference.place;
  while (true) {
    const std::size_t slash = rest.find('/');
    const std::string_view part = rest.substr(0, slash);
    if (part.empty() || part == "." || part == "..") {
      return "the name must be relative to the server's secret folder, without empty parts, \".\" "
             "and \"..\"";
    }
    if (slash == std::string_view::npos) return "";
    rest.remove_prefix(slash + 1);
  }
}

absl::StatusOr<secret::Secret> FileSecretSource::Read(
    const auth::SecretReference& reference) const {
  const std::string& name = reference.place;
  const Descriptor folder(open(folder_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (folder.number() < 0) {
    return Unavailable(name, fmt::format("the secret folder: {}", std::strerror(errno)));
  }
  const Descriptor file(OpenBeneath(folder.number(), name));
  if (file.number() < 0) {
    return Unavailable(name,
                       errno == EXDEV ? "leads out of the secret folder" : std::strerror(errno));
  }
  struct stat facts {};
  if (fstat(file.number(), &facts) != 0 || !S_ISREG(facts.st_mode)) {
    return Unavailable(name, "is not a regular file");
  }
  // One byte more than may be there tells a file that is too long, whatever its size claims.
  std::string bytes(kSecretBytesMax + 2, '\0');
  std::size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t got = read(file.number(), bytes.data() + size, bytes.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    size += static_cast<std::size_t>(got);
  }
  bytes.resize(size);
  if (bytes.ends_with('\n')) bytes.pop_back();
  if (bytes.ends_with('\r')) bytes.pop_back();
  return secret::Secret(std::move(bytes));
}

}  // namespace syncline::credential
