#include "credential/file_secret_source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/descriptor.h"
#include "base/status.h"
#include "secret/key_file.h"

namespace syncline::credential {
namespace {

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
  const base::Descriptor folder(open(folder_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() < 0) {
    return Unavailable(name, fmt::format("the secret folder: {}", std::strerror(errno)));
  }
  const base::Descriptor file(OpenBeneath(folder.get(), name));
  if (file.get() < 0) {
    return Unavailable(name,
                       errno == EXDEV ? "leads out of the secret folder" : std::strerror(errno));
  }
  struct stat facts {};
  if (fstat(file.get(), &facts) != 0 || !S_ISREG(facts.st_mode)) {
    return Unavailable(name, "is not a regular file");
  }
  // One byte more than may be there tells a file that is too long, whatever its size claims; and
  // the line break at its end.
  auto content = secret::ReadSecret(file, kSecretBytesMax + 3);
  if (!content.ok()) return Unavailable(name, base::MessageOf(content.status()));
  std::string_view text = content->Reveal();
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  return secret::Secret(std::string(text));
}

}  // namespace syncline::credential
