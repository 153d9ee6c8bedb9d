#include "secret/random_bytes.h"

#include <openssl/rand.h>

#include "base/status.h"

namespace syncline::secret {

absl::StatusOr<Secret> RandomBytes(std::size_t count) {
  std::string bytes(count, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) != 1) {
    return base::Error(base::Reason::kInternal, "the random generator has no entropy");
  }
  return Secret(std::move(bytes));
}

}  // namespace syncline::secret
