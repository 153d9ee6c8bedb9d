#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/reason.h"

namespace syncline::base {

// Facts of an error that a program may want, e.g. {"url", "https://…"}. Never a secret (I5).
using ErrorMetadata = std::map<std::string, std::string>;

// One wrong field of a request or a definition.
struct FieldViolation {
  std::string field;        // path in proto JSON spelling, e.g. "request.query.limit"
  std::string description;  // what was wrong and what would be right
  friend bool operator==(const FieldViolation&, const FieldViolation&) = default;
};

// Makes the one kind of error this code base returns: canonical code from `reason`, message for
// people, metadata for programs.
absl::Status Error(Reason reason, std::string_view message, const ErrorMetadata& metadata = {});

// An INVALID_ARGUMENT that names every wrong field at once. `violations` must not be empty.
absl::Status InvalidFields(std::vector<FieldViolation> violations);

// The reason of an error; kInternal for an error that some library made without one.
// Precondition: !status.ok().
Reason ReasonOf(const absl::Status& status);

ErrorMetadata MetadataOf(const absl::Status& status);

// Empty unless the error came from InvalidFields.
std::vector<FieldViolation> FieldViolationsOf(const absl::Status& status);

// How long a caller should wait before it tries again; attached only where a retry helps.
absl::Status WithRetryAfter(absl::Status status, std::chrono::milliseconds delay);
std::optional<std::chrono::milliseconds> RetryAfterOf(const absl::Status& status);

// The text for people, as a standard string (abseil here has a string_view of its own).
std::string MessageOf(const absl::Status& status);

// Gathers wrong fields so that a caller learns all of them in one answer.
// Not thread-safe; lives on the stack of one validation.
class FieldViolations {
 public:
  void Add(std::string field, std::string description);
  // Takes over the violations of `status` with `prefix` put before each field; a status without
  // violations becomes one violation of `prefix` itself.
  void AddStatus(std::string_view prefix, const absl::Status& status);
  bool empty() const { return violations_.empty(); }
  // OK when nothing was wrong.
  absl::Status ToStatus() const;

 private:
  std::vector<FieldViolation> violations_;
};

}  // namespace syncline::base

// The only two macros of the code base: hand an error to the caller, or unwrap a StatusOr.
#define SYNCLINE_RETURN_IF_ERROR(expression)                                \
  do {                                                                      \
    if (absl::Status syncline_status = (expression); !syncline_status.ok()) \
      return syncline_status;                                               \
  } while (false)

#define SYNCLINE_CONCATENATE_INNER(a, b) a##b
#define SYNCLINE_CONCATENATE(a, b) SYNCLINE_CONCATENATE_INNER(a, b)
#define SYNCLINE_ASSIGN_OR_RETURN(declaration, expression)                                       \
  SYNCLINE_ASSIGN_OR_RETURN_NAMED(SYNCLINE_CONCATENATE(syncline_result_, __LINE__), declaration, \
                                  expression)
#define SYNCLINE_ASSIGN_OR_RETURN_NAMED(result, declaration, expression) \
  auto result = (expression);                                            \
  if (!result.ok()) return std::move(result).status();                   \
  declaration = *std::move(result)
