#include "paging/result_window.h"

#include <fmt/format.h>

#include <string>

#include "base/status.h"

namespace syncline::paging {

absl::Status CheckResultWindow(std::int64_t window, std::int64_t seen,
                               std::optional<std::int64_t> total) {
  const bool declared = total.value_or(0) > window;
  if (window == 0 || (!declared && seen < window)) return absl::OkStatus();
  base::ErrorMetadata metadata = {{"window", std::to_string(window)},
                                  {"seen", std::to_string(seen)}};
  if (total.has_value()) metadata.emplace("total", std::to_string(*total));
  return base::Error(
      base::Reason::kResultWindowExceeded,
      declared
          ? fmt::format("The vendor serves {} records of one list, and this one has {}.", window,
                        *total)
          : fmt::format("The vendor serves {} records of one list, and so many came: there may "
                        "be more.",
                        window),
      metadata);
}

bool IsResultWindowExceeded(const absl::Status& status) {
  return !status.ok() && base::ReasonOf(status) == base::Reason::kResultWindowExceeded;
}

}  // namespace syncline::paging
