#include "api/status_details.h"

#include <algorithm>
#include <chrono>
#include <string>

#include "base/status.h"
#include "fmt/format.h"
#include "syncline/wire/v1/error_details.pb.h"

namespace syncline::api {
namespace {

using base::Reason;

constexpr const char* kTypePrefix = "type.googleapis.com/google.rpc.";

// Errors whose text was written for the log: it may quote SQL or name our own files (I5).
const char* PublicTextOf(Reason reason) {
  switch (reason) {
    case Reason::kInternal: return "internal error; the server's log has more";
    case Reason::kDatabaseUnavailable:
      return "the database cannot be reached at the moment; try again";
    case Reason::kDatabaseConflict:
      return "the database was too busy with concurrent changes; try again";
    case Reason::kStorageFull: return "the database's disk is full";
    default: return nullptr;
  }
}

// Cuts at a character's beginning; a byte that is not printable ASCII costs three in grpc-message.
std::string Cut(const std::string& text, int bytes_max) {
  int encoded = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    encoded += byte >= 0x20 && byte < 0x7F && byte != '%' ? 1 : 3;
    if (encoded <= bytes_max - 3) continue;
    std::size_t end = i;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    return text.substr(0, end) + "...";
  }
  return text;
}

void AddDetail(wire::v1::Status& wire, const char* type, const google::protobuf::Message& detail) {
  google::protobuf::Any& any = *wire.add_details();
  any.set_type_url(fmt::format("{}{}", kTypePrefix, type));
  detail.SerializeToString(any.mutable_value());
}

void AddErrorInfo(wire::v1::Status& wire, const absl::Status& status, bool with_metadata) {
  wire::v1::ErrorInfo info;
  info.set_reason(std::string(base::ReasonName(base::ReasonOf(status))));
  info.set_domain(std::string(kErrorDomain));
  if (with_metadata) {
    for (const auto& [key, value] : base::MetadataOf(status)) {
      (*info.mutable_metadata())[key] = Cut(value, kStatusMessageBytesMax);
      if (info.ByteSizeLong() > kStatusDetailBytesMax) info.mutable_metadata()->erase(key);
    }
  }
  AddDetail(wire, "ErrorInfo", info);
}

void AddBadRequest(wire::v1::Status& wire, const absl::Status& status) {
  const std::vector<base::FieldViolation> violations = base::FieldViolationsOf(status);
  if (violations.empty()) return;
  constexpr std::size_t kCountRoom = 40;  // for the closing "… more"
  wire::v1::BadRequest bad;
  for (std::size_t i = 0; i < violations.size(); ++i) {
    wire::v1::BadRequest::FieldViolation entry;
    entry.set_field(violations[i].field);
    entry.set_description(Cut(violations[i].description, kStatusMessageBytesMax / 2));
    if (bad.ByteSizeLong() + entry.ByteSizeLong() + kCountRoom > kStatusDetailBytesMax) {
      bad.add_field_violations()->set_description(
          fmt::format("and {} more wrong fields", violations.size() - i));
      break;
    }
    *bad.add_field_violations() = std::move(entry);
  }
  AddDetail(wire, "BadRequest", bad);
}

void AddRetryInfo(wire::v1::Status& wire, const absl::Status& status) {
  const auto delay = base::RetryAfterOf(status);
  if (!delay.has_value()) return;
  wire::v1::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(delay->count() / 1'000);
  retry.mutable_retry_delay()->set_nanos(static_cast<int>(delay->count() % 1'000) * 1'000'000);
  AddDetail(wire, "RetryInfo", retry);
}

template <typename Detail>
bool FindDetail(const wire::v1::Status& wire, const char* type, Detail& detail) {
  const std::string url = fmt::format("{}{}", kTypePrefix, type);
  for (const google::protobuf::Any& any : wire.details()) {
    if (any.type_url() == url) return detail.ParseFromString(any.value());
  }
  return false;
}

}  // namespace

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const Reason reason = base::ReasonOf(status);
  const char* public_text = PublicTextOf(reason);
  wire::v1::Status wire;
  wire.set_code(static_cast<int>(base::ReasonCode(reason)));
  wire.set_message(public_text != nullptr ? public_text
                                          : Cut(base::MessageOf(status), kStatusMessageBytesMax));
  AddErrorInfo(wire, status, public_text == nullptr);
  AddBadRequest(wire, status);
  AddRetryInfo(wire, status);
  return grpc::Status(static_cast<grpc::StatusCode>(wire.code()), wire.message(),
                      wire.SerializeAsString());
}

absl::Status FromGrpcStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  wire::v1::Status wire;
  wire::v1::ErrorInfo info;
  if (!wire.ParseFromString(status.error_details()) || !FindDetail(wire, "ErrorInfo", info)) {
    return base::Error(Reason::kInternal, status.error_message());
  }
  absl::Status result;
  if (wire::v1::BadRequest bad; FindDetail(wire, "BadRequest", bad)) {
    std::vector<base::FieldViolation> violations;
    for (const auto& entry : bad.field_violations()) {
      violations.push_back({entry.field(), entry.description()});
    }
    result = base::InvalidFields(std::move(violations));
  } else {
    const Reason reason = base::ParseReason(info.reason()).value_or(Reason::kInternal);
    result = base::Error(reason, wire.message(),
                         base::ErrorMetadata(info.metadata().begin(), info.metadata().end()));
  }
  if (wire::v1::RetryInfo retry; FindDetail(wire, "RetryInfo", retry)) {
    result = base::WithRetryAfter(
        std::move(result), std::chrono::milliseconds(retry.retry_delay().seconds() * 1'000 +
                                                     retry.retry_delay().nanos() / 1'000'000));
  }
  return result;
}

}  // namespace syncline::api
