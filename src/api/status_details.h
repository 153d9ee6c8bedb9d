#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "grpcpp/support/status.h"

namespace syncline::api {

// `domain` of every ErrorInfo.
inline constexpr std::string_view kErrorDomain = "syncline";
// A status travels in HTTP/2 trailers, which many clients cut off at 8 KiB: the message and the
// details are kept below these bounds (bytes as they are encoded), and what is left out is counted.
inline constexpr int kStatusMessageBytesMax = 1'024;
inline constexpr int kStatusDetailBytesMax = 3'072;

// The wire form of an error (google.aip.dev/193): canonical code, message, and in the details
// google.rpc.ErrorInfo always, BadRequest for wrong fields, RetryInfo where a retry helps. Errors
// of the server itself and of its database say so and nothing else: their text stays in the log.
grpc::Status ToGrpcStatus(const absl::Status& status);

// Inverse, for clients and tests; a status without our details becomes INTERNAL with its message.
absl::Status FromGrpcStatus(const grpc::Status& status);

}  // namespace syncline::api
