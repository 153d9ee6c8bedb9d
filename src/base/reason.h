#pragma once

#include <optional>
#include <string_view>

#include "absl/status/status.h"

namespace syncline::base {

// Every error that leaves a folder names one of these reasons. A reason is the stable, machine
// readable half of an error (google.aip.dev/193): clients and stored runs compare it, people read
// the message. Each reason declares its canonical code once, in reason.cc; the wire form is
// `syncline.v1.ErrorReason`, and a test holds the two lists equal.
enum class Reason {
  kInternal,
  // Requests
  kInvalidArgument,
  kNotFound,
  kAlreadyExists,
  kEtagMismatch,
  kRequestIdReused,
  kInUse,
  kPageTokenInvalid,
  kUnimplemented,
  kDeadlineExceeded,
  kCancelled,
  kQuotaExceeded,
  kSequenceOutOfRange,
  kRotateStream,
  kDraining,
  // Runs
  kRunActive,
  kRunNotActive,
  kMappingNotSet,
  kWorkerLost,
  kRunFenced,
  kRunTooLong,
  kPaginationLoop,
  kPageLimitReached,
  kRejectLimitReached,
  // The vendor and its answers
  kVendorUnreachable,
  kVendorTimeout,
  kVendorTls,
  kVendorError,
  kVendorThrottled,
  kRateLimited,
  kAuthFailed,
  kSignInFailed,
  kReauthRequired,
  kAuthorizationStateInvalid,
  kResultWindowExceeded,
  kRecordShapeInvalid,
  kPartitionLimitReached,
  kDetailFailed,
  kExportJobFailed,
  kExportJobTimeout,
  kAddressNotAllowed,
  kBodyInvalid,
  kListIncomplete,
  kHostNotAllowed,
  kUrlInvalid,
  kBodyTruncated,
  kResponseTooLarge,
  kUnexpectedContentType,
  kJsonInvalid,
  kJsonTooDeep,
  kTextInvalid,
  kRecordsNotFound,
  kRecordsNotAList,
  // Expressions
  kExpressionInvalid,
  kExpressionFailed,
  kExpressionTooCostly,
  kTemplateValueMissing,
  // Records that become rejects
  kConversionFailed,
  kRequiredFieldEmpty,
  kSyncKeyEmpty,
  kUniqueViolation,
  kDuplicateSyncKey,
  // Storage and secrets
  kDatabaseUnavailable,
  kDatabaseConflict,
  kStorageFull,
  kSchemaDrift,
  kSchemaTooNew,
  kKeyUnavailable,
  kSecretUnavailable,
  kCredentialCorrupt,
  kConfigurationInvalid,
};

// Upper-snake name as it stands on the wire and in the database, e.g. "PAGINATION_LOOP".
std::string_view ReasonName(Reason reason);

// The canonical code of every error with this reason.
absl::StatusCode ReasonCode(Reason reason);

// Inverse of ReasonName; nullopt for a name this build does not know.
std::optional<Reason> ParseReason(std::string_view name);

// The number of reasons, for tests that walk all of them.
int ReasonCount();

}  // namespace syncline::base
