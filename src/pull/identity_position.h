#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace syncline::pull {

// Which identity of a credential walks the list, in a run that walks it once with each, and what
// was missed so far.
struct IdentityPosition {
  int index = 0;
  std::string name;               // so that another one is not taken for it after a resume
  std::int64_t pages_before = 0;  // of the identities before
  int refused = 0;                // identities before that were refused
  std::int64_t doubted = 0;       // lists so far that may hold more than was seen
  friend bool operator==(const IdentityPosition&, const IdentityPosition&) = default;
};

// The checkpoint of such a run: the position around the checkpoint of the walk, as JSON.
std::string WriteIdentityPosition(const IdentityPosition& position, std::string_view walk);

// Whether that text is one: a run with one identity writes it once a list was doubted.
bool HasIdentityPosition(std::string_view text);

// And back; `walk` is what stood inside. INTERNAL for text that is none of ours, SIGN_IN_FAILED for
// the checkpoint of a run with one identity.
absl::StatusOr<IdentityPosition> ReadIdentityPosition(std::string_view text, std::string* walk);

}  // namespace syncline::pull
