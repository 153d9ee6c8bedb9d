#include "base/reason.h"

#include <array>

namespace syncline::base {
namespace {

using Code = absl::StatusCode;

struct ReasonEntry {
  Reason reason;
  std::string_view name;
  Code code;
};

constexpr auto kReasons = std::to_array<ReasonEntry>({
    {Reason::kInternal, "INTERNAL", Code::kInternal},
    {Reason::kInvalidArgument, "INVALID_ARGUMENT", Code::kInvalidArgument},
    {Reason::kNotFound, "NOT_FOUND", Code::kNotFound},
    {Reason::kAlreadyExists, "ALREADY_EXISTS", Code::kAlreadyExists},
    {Reason::kEtagMismatch, "ETAG_MISMATCH", Code::kAborted},
    {Reason::kRequestIdReused, "REQUEST_ID_REUSED", Code::kInvalidArgument},
    {Reason::kInUse, "IN_USE", Code::kFailedPrecondition},
    {Reason::kPageTokenInvalid, "PAGE_TOKEN_INVALID", Code::kInvalidArgument},
    {Reason::kUnimplemented, "UNIMPLEMENTED", Code::kUnimplemented},
    {Reason::kDeadlineExceeded, "DEADLINE_EXCEEDED", Code::kDeadlineExceeded},
    {Reason::kCancelled, "CANCELLED", Code::kCancelled},
    {Reason::kQuotaExceeded, "QUOTA_EXCEEDED", Code::kResourceExhausted},
    {Reason::kSequenceOutOfRange, "SEQUENCE_OUT_OF_RANGE", Code::kOutOfRange},
    {Reason::kRotateStream, "ROTATE_STREAM", Code::kUnavailable},
    {Reason::kDraining, "DRAINING", Code::kUnavailable},
    {Reason::kRunActive, "RUN_ACTIVE", Code::kFailedPrecondition},
    {Reason::kRunNotActive, "RUN_NOT_ACTIVE", Code::kFailedPrecondition},
    {Reason::kMappingNotSet, "MAPPING_NOT_SET", Code::kFailedPrecondition},
    {Reason::kWorkerLost, "WORKER_LOST", Code::kAborted},
    {Reason::kRunFenced, "RUN_FENCED", Code::kAborted},
    {Reason::kRunTooLong, "RUN_TOO_LONG", Code::kDeadlineExceeded},
    {Reason::kPaginationLoop, "PAGINATION_LOOP", Code::kFailedPrecondition},
    {Reason::kPageLimitReached, "PAGE_LIMIT_REACHED", Code::kResourceExhausted},
    {Reason::kRejectLimitReached, "REJECT_LIMIT_REACHED", Code::kResourceExhausted},
    {Reason::kVendorUnreachable, "VENDOR_UNREACHABLE", Code::kUnavailable},
    {Reason::kVendorTimeout, "VENDOR_TIMEOUT", Code::kDeadlineExceeded},
    {Reason::kVendorTls, "VENDOR_TLS", Code::kFailedPrecondition},
    {Reason::kVendorError, "VENDOR_ERROR", Code::kUnavailable},
    {Reason::kVendorThrottled, "VENDOR_THROTTLED", Code::kResourceExhausted},
    {Reason::kRateLimited, "RATE_LIMITED", Code::kResourceExhausted},
    {Reason::kAuthFailed, "AUTH_FAILED", Code::kUnauthenticated},
    {Reason::kSignInFailed, "SIGN_IN_FAILED", Code::kUnauthenticated},
    {Reason::kReauthRequired, "REAUTH_REQUIRED", Code::kFailedPrecondition},
    {Reason::kAuthorizationStateInvalid, "AUTHORIZATION_STATE_INVALID", Code::kFailedPrecondition},
    {Reason::kResultWindowExceeded, "RESULT_WINDOW_EXCEEDED", Code::kFailedPrecondition},
    {Reason::kRecordShapeInvalid, "RECORD_SHAPE_INVALID", Code::kFailedPrecondition},
    {Reason::kPartitionLimitReached, "PARTITION_LIMIT_REACHED", Code::kResourceExhausted},
    {Reason::kDetailFailed, "DETAIL_FAILED", Code::kUnavailable},
    {Reason::kExportJobFailed, "EXPORT_JOB_FAILED", Code::kUnavailable},
    {Reason::kExportJobTimeout, "EXPORT_JOB_TIMEOUT", Code::kDeadlineExceeded},
    {Reason::kAddressNotAllowed, "ADDRESS_NOT_ALLOWED", Code::kPermissionDenied},
    {Reason::kBodyInvalid, "BODY_INVALID", Code::kDataLoss},
    {Reason::kListIncomplete, "LIST_INCOMPLETE", Code::kDataLoss},
    {Reason::kHostNotAllowed, "HOST_NOT_ALLOWED", Code::kPermissionDenied},
    {Reason::kUrlInvalid, "URL_INVALID", Code::kInvalidArgument},
    {Reason::kBodyTruncated, "BODY_TRUNCATED", Code::kDataLoss},
    {Reason::kResponseTooLarge, "RESPONSE_TOO_LARGE", Code::kResourceExhausted},
    {Reason::kUnexpectedContentType, "UNEXPECTED_CONTENT_TYPE", Code::kFailedPrecondition},
    {Reason::kJsonInvalid, "JSON_INVALID", Code::kDataLoss},
    {Reason::kJsonTooDeep, "JSON_TOO_DEEP", Code::kResourceExhausted},
    {Reason::kTextInvalid, "TEXT_INVALID", Code::kDataLoss},
    {Reason::kRecordsNotFound, "RECORDS_NOT_FOUND", Code::kFailedPrecondition},
    {Reason::kRecordsNotAList, "RECORDS_NOT_A_LIST", Code::kFailedPrecondition},
    {Reason::kExpressionInvalid, "EXPRESSION_INVALID", Code::kInvalidArgument},
    {Reason::kExpressionFailed, "EXPRESSION_FAILED", Code::kFailedPrecondition},
    {Reason::kExpressionTooCostly, "EXPRESSION_TOO_COSTLY", Code::kResourceExhausted},
    {Reason::kTemplateValueMissing, "TEMPLATE_VALUE_MISSING", Code::kFailedPrecondition},
    {Reason::kConversionFailed, "CONVERSION_FAILED", Code::kInvalidArgument},
    {Reason::kRequiredFieldEmpty, "REQUIRED_FIELD_EMPTY", Code::kInvalidArgument},
    {Reason::kSyncKeyEmpty, "SYNC_KEY_EMPTY", Code::kInvalidArgument},
    {Reason::kUniqueViolation, "UNIQUE_VIOLATION", Code::kAlreadyExists},
    {Reason::kDuplicateSyncKey, "DUPLICATE_SYNC_KEY", Code::kAlreadyExists},
    {Reason::kDatabaseUnavailable, "DATABASE_UNAVAILABLE", Code::kUnavailable},
    {Reason::kDatabaseConflict, "DATABASE_CONFLICT", Code::kAborted},
    {Reason::kStorageFull, "STORAGE_FULL", Code::kResourceExhausted},
    {Reason::kSchemaDrift, "SCHEMA_DRIFT", Code::kFailedPrecondition},
    {Reason::kSchemaTooNew, "SCHEMA_TOO_NEW", Code::kFailedPrecondition},
    {Reason::kKeyUnavailable, "KEY_UNAVAILABLE", Code::kFailedPrecondition},
    {Reason::kSecretUnavailable, "SECRET_UNAVAILABLE", Code::kUnavailable},
    {Reason::kCredentialCorrupt, "CREDENTIAL_CORRUPT", Code::kDataLoss},
    {Reason::kConfigurationInvalid, "CONFIGURATION_INVALID", Code::kInvalidArgument},
});

const ReasonEntry& EntryOf(Reason reason) { return kReasons.at(static_cast<std::size_t>(reason)); }

// The table is indexed by the enum, so its order is part of its correctness.
constexpr bool InEnumOrder() {
  for (std::size_t i = 0; i < kReasons.size(); ++i) {
    if (kReasons[i].reason != static_cast<Reason>(i)) return false;
  }
  return true;
}
static_assert(InEnumOrder(), "kReasons lists the reasons in the order of the enum");
static_assert(kReasons.size() == static_cast<std::size_t>(Reason::kConfigurationInvalid) + 1);

}  // namespace

std::string_view ReasonName(Reason reason) { return EntryOf(reason).name; }

absl::StatusCode ReasonCode(Reason reason) { return EntryOf(reason).code; }

std::optional<Reason> ParseReason(std::string_view name) {
  for (const ReasonEntry& entry : kReasons) {
    if (entry.name == name) return entry.reason;
  }
  return std::nullopt;
}

int ReasonCount() { return static_cast<int>(kReasons.size()); }

}  // namespace syncline::base
