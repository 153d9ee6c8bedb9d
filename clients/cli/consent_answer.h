#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace syncline::cli {

// What a provider sends the browser back with (RFC 6749 4.1.2): a code, or why there is none.
struct ConsentAnswer {
  std::string code;
  std::string state;
  std::string error;  // "access_denied", …
  std::string error_description;
};

inline constexpr std::size_t kConsentAnswerBytesMax = 8'192;

// From the address that the browser was sent to, from its query, or from what a person copied: an
// address or a code alone, which then is for `state`. INVALID_ARGUMENT for anything else.
absl::StatusOr<ConsentAnswer> ParseConsentAnswer(std::string_view text, std::string_view state);

// The code, or why there is none: the state must be the one that was begun with, for otherwise the
// answer belongs to somebody else's consent (RFC 6749 10.12).
absl::StatusOr<std::string> CodeOf(const ConsentAnswer& answer, std::string_view state);

}  // namespace syncline::cli
