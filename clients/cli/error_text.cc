#include "cli/error_text.h"

#include "base/status.h"
#include "cli/duration_text.h"
#include "fmt/format.h"

namespace syncline::cli {
namespace {

// The reason; for an error that came without one, its code. kInternal stands for both.
std::string Label(const absl::Status& status) {
  const base::Reason reason = base::ReasonOf(status);
  if (reason != base::Reason::kInternal || status.code() == absl::StatusCode::kInternal) {
    return std::string(base::ReasonName(reason));
  }
  return absl::StatusCodeToString(status.code());
}

}  // namespace

std::string ErrorText(const absl::Status& status) {
  const auto violations = base::FieldViolationsOf(status);
  std::string text;
  if (violations.empty()) {
    text = fmt::format("error: {} [{}]\n", base::MessageOf(status), Label(status));
  } else {
    text = fmt::format(
        "error: {} [{}]\n",
        violations.size() == 1 ? "1 mistake" : fmt::format("{} mistakes", violations.size()),
        Label(status));
  }
  for (const auto& violation : violations) {
    text += fmt::format("  {}: {}\n", violation.field, violation.description);
  }
  for (const auto& [key, value] : base::MetadataOf(status)) {
    text += fmt::format("  {}: {}\n", key, value);
  }
  if (const auto delay = base::RetryAfterOf(status)) {
    text += fmt::format("  try again in {}\n", DurationText(*delay));
  }
  return text;
}

}  // namespace syncline::cli
