#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "secret/secret.h"

namespace syncline::auth {

// Takes secrets out of texts that a vendor wrote, in every form in which one that was sent may come
// back: as it is, in base64 and base64url, alone or inside a longer text, percent-encoded and
// form-encoded with digits of either case, as the inside of a JSON string, in hex. Immutable once
// filled, safe for concurrent use then.
class Scrubber {
 public:
  // Shorter secrets stand in too many texts that do not repeat them.
  static constexpr std::size_t kBytesMin = 4;

  void Add(std::string_view secret);
  // `text` with a remark in place of each form of each secret, and of what a cut left of one at the
  // end. Costs one search per form: for errors and rejects, not for records.
  std::string Scrub(std::string text) const;
  bool empty() const { return forms_.empty(); }

 private:
  std::vector<secret::Secret> forms_;  // the longest first
};

// Scrubber::Scrub with one secret.
std::string ScrubSecret(std::string text, std::string_view secret);

}  // namespace syncline::auth
