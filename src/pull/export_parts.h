#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/hash.h"
#include "expression/expression.h"

namespace syncline::pull {

// The parts of a finished export in the vendor's order, each once: URLs, names, or the one part
// that an export without either has. Plain value.
class ExportParts {
 public:
  // Bounds of what a vendor may list (I7).
  static constexpr std::size_t kCountMax = 100'000;
  static constexpr std::size_t kPartBytesMax = 8192;
  static constexpr std::size_t kBytesMax = std::size_t{16} << 20;

  // Makes a URL absolute and judges where it leads.
  using Resolve = std::function<absl::StatusOr<std::string>(std::string_view link)>;

  // One part, which has no name.
  static ExportParts Single();
  // Of a list, or of one value that is none. EXPORT_JOB_FAILED for null, an element that is none of
  // its kind, and past the bounds; what `resolve` says.
  static absl::StatusOr<ExportParts> OfUrls(const expression::Value& value, const Resolve& resolve);
  static absl::StatusOr<ExportParts> OfNames(const expression::Value& value);

  std::size_t size() const { return texts_.size(); }
  // A URL, or the name as JSON; "" for the part without a name.
  const std::string& text(std::size_t index) const { return texts_[index]; }
  // Tells whether the parts up to this one are those of another time. Of URLs the query does not
  // count, as a signature in it changes each time.
  std::string Fingerprint(std::size_t index) const;

 private:
  // Unless it was there already.
  absl::Status Add(std::string text, std::string_view identity);

  std::vector<std::string> texts_;
  std::vector<base::Hash128> fingerprints_;  // of each, with those before it
  std::size_t bytes_ = 0;
};

}  // namespace syncline::pull
