#include "base/status.h"

#include <charconv>

#include "absl/strings/cord.h"

namespace syncline::base {
namespace {

// Payload urls carry our own facts inside absl::Status; the wire form (google.rpc.Status details)
// is made in `api`, the only folder that knows gRPC.
constexpr const char* kReasonUrl = "syncline/reason";
constexpr const char* kMetadataUrl = "syncline/metadata";
constexpr const char* kFieldsUrl = "syncline/fields";
constexpr const char* kRetryUrl = "syncline/retry_after_ms";

// Pairs of strings, each ended by a NUL: neither field paths nor our texts contain one.
std::string Pack(std::string_view value) {
  std::string packed(value.substr(0, value.find('\0')));
  packed.push_back('\0');
  return packed;
}

std::optional<std::string> PayloadOf(const absl::Status& status, const char* url) {
  auto payload = status.GetPayload(url);
  if (!payload.has_value()) return std::nullopt;
  return std::string(*payload);
}

std::vector<std::pair<std::string, std::string>> PairsOf(const absl::Status& status,
                                                         const char* url) {
  std::vector<std::pair<std::string, std::string>> pairs;
  const std::string packed = PayloadOf(status, url).value_or("");
  std::size_t at = 0;
  auto next = [&] {
    const std::size_t end = packed.find('\0', at);
    std::string value = packed.substr(at, end - at);
    at = end == std::string::npos ? packed.size() : end + 1;
    return value;
  };
  while (at < packed.size()) {
    std::string first = next();
    std::string second = next();
    pairs.emplace_back(std::move(first), std::move(second));
  }
  return pairs;
}

absl::Status MakeStatus(Reason reason, std::string_view message) {
  absl::Status status(ReasonCode(reason), absl::string_view(message.data(), message.size()));
  const std::string_view name = ReasonName(reason);
  status.SetPayload(kReasonUrl, absl::Cord(absl::string_view(name.data(), name.size())));
  return status;
}

}  // namespace

absl::Status Error(Reason reason, std::string_view message, const ErrorMetadata& metadata) {
  absl::Status status = MakeStatus(reason, message);
  if (metadata.empty()) return status;
  std::string packed;
  for (const auto& [key, value] : metadata) packed += Pack(key) + Pack(value);
  status.SetPayload(kMetadataUrl, absl::Cord(packed));
  return status;
}

absl::Status InvalidFields(std::vector<FieldViolation> violations) {
  std::string message;
  std::string packed;
  for (const FieldViolation& violation : violations) {
    if (!message.empty()) message += "; ";
    message += violation.field + ": " + violation.description;
    packed += Pack(violation.field) + Pack(violation.description);
  }
  absl::Status status = MakeStatus(Reason::kInvalidArgument, message);
  status.SetPayload(kFieldsUrl, absl::Cord(packed));
  return status;
}

Reason ReasonOf(const absl::Status& status) {
  return ParseReason(PayloadOf(status, kReasonUrl).value_or("")).value_or(Reason::kInternal);
}

ErrorMetadata MetadataOf(const absl::Status& status) {
  ErrorMetadata metadata;
  for (auto& [key, value] : PairsOf(status, kMetadataUrl)) metadata[key] = value;
  return metadata;
}

std::vector<FieldViolation> FieldViolationsOf(const absl::Status& status) {
  std::vector<FieldViolation> violations;
  for (auto& [field, description] : PairsOf(status, kFieldsUrl)) {
    violations.push_back({std::move(field), std::move(description)});
  }
  return violations;
}

absl::Status WithRetryAfter(absl::Status status, std::chrono::milliseconds delay) {
  status.SetPayload(kRetryUrl, absl::Cord(std::to_string(delay.count())));
  return status;
}

std::optional<std::chrono::milliseconds> RetryAfterOf(const absl::Status& status) {
  const std::optional<std::string> text = PayloadOf(status, kRetryUrl);
  if (!text.has_value()) return std::nullopt;
  std::int64_t milliseconds = 0;
  std::from_chars(text->data(), text->data() + text->size(), milliseconds);
  return std::chrono::milliseconds(milliseconds);
}

std::string MessageOf(const absl::Status& status) { return std::string(status.message()); }

void FieldViolations::Add(std::string field, std::string description) {
  violations_.push_back({std::move(field), std::move(description)});
}

void FieldViolations::AddStatus(std::string_view prefix, const absl::Status& status) {
  if (status.ok()) return;
  const std::vector<FieldViolation> inner = FieldViolationsOf(status);
  if (inner.empty()) return Add(std::string(prefix), MessageOf(status));
  for (const FieldViolation& violation : inner) {
    std::string field(prefix);
    if (!field.empty() && !violation.field.empty() && violation.field.front() != '[') field += ".";
    Add(field + violation.field, violation.description);
  }
}

absl::Status FieldViolations::ToStatus() const {
  return violations_.empty() ? absl::OkStatus() : InvalidFields(violations_);
}

}  // namespace syncline::base
