#pragma once

#include <grpcpp/support/status.h>

#include <string>

#include "absl/status/status.h"

namespace syncline::cli {

// An error of the server with its reason, facts and field violations, from the details that travel
// in `grpc-status-details-bin`. A reason that this build does not know is kept in the message.
absl::Status StatusOfServer(const grpc::Status& status);

}  // namespace syncline::cli
