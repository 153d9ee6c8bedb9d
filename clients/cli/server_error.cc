#include "cli/server_error.h"

#include <chrono>
#include <vector>

#include "base/status.h"
#include "fmt/format.h"
#include "syncline/wire/v1/error_details.pb.h"

namespace syncline::cli {
namespace {

struct Details {
  std::string reason;
  base::ErrorMetadata metadata;
  std::vector<base::FieldViolation> violations;
  std::optional<std::chrono::milliseconds> retry_after;
};

Details Decode(const std::string& bytes) {
  Details details;
  wire::v1::Status status;
  if (!status.ParseFromString(bytes)) return details;
  for (const auto& any : status.details()) {
    // The type URL is google.rpc's, the message ours: equal on the wire.
    wire::v1::ErrorInfo info;
    wire::v1::BadRequest bad_request;
    wire::v1::RetryInfo retry;
    const std::string& url = any.type_url();
    if (url.ends_with("/google.rpc.ErrorInfo") && info.ParseFromString(any.value())) {
      details.reason = info.reason();
      for (const auto& [key, value] : info.metadata()) details.metadata[key] = value;
    } else if (url.ends_with("/google.rpc.BadRequest") &&
               bad_request.ParseFromString(any.value())) {
      for (const auto& violation : bad_request.field_violations()) {
        details.violations.push_back({violation.field(), violation.description()});
      }
    } else if (url.ends_with("/google.rpc.RetryInfo") && retry.ParseFromString(any.value())) {
      details.retry_after = std::chrono::milliseconds(retry.retry_delay().seconds() * 1000 +
                                                      retry.retry_delay().nanos() / 1'000'000);
    }
  }
  return details;
}

// The nearest reason for a bare code, as proxies and gRPC itself send it.
base::Reason ReasonOfCode(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument: return base::Reason::kInvalidArgument;
    case absl::StatusCode::kNotFound: return base::Reason::kNotFound;
    case absl::StatusCode::kAlreadyExists: return base::Reason::kAlreadyExists;
    case absl::StatusCode::kDeadlineExceeded: return base::Reason::kDeadlineExceeded;
    case absl::StatusCode::kCancelled: return base::Reason::kCancelled;
    case absl::StatusCode::kUnimplemented: return base::Reason::kUnimplemented;
    case absl::StatusCode::kResourceExhausted: return base::Reason::kQuotaExceeded;
    default: return base::Reason::kInternal;
  }
}

}  // namespace

absl::Status StatusOfServer(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  const auto code = static_cast<absl::StatusCode>(status.error_code());
  Details details = Decode(status.error_details());
  if (!details.violations.empty()) return base::InvalidFields(std::move(details.violations));
  const std::optional<base::Reason> known = base::ParseReason(details.reason);
  const base::Reason reason = known.value_or(ReasonOfCode(code));
  std::string message = status.error_message();
  if (!known.has_value() && !details.reason.empty()) {
    message += fmt::format(" ({})", details.reason);
  }
  absl::Status error = base::ReasonCode(reason) == code
                           ? base::Error(reason, message, details.metadata)
                           : absl::Status(code, message);
  if (details.retry_after.has_value()) {
    return base::WithRetryAfter(std::move(error), *details.retry_after);
  }
  return error;
}

}  // namespace syncline::cli
