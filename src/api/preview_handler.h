#pragma once

#include <chrono>

#include "absl/status/statusor.h"
#include "api/handler_environment.h"
#include "api/unary_call.h"
#include "syncline/v1/integration_service.pb.h"

namespace syncline::api {

// PreviewIntegration, free of gRPC. Blocks for as long as the vendor takes, until shortly before
// the call's deadline, and holds no database transaction meanwhile.
class PreviewHandler {
 public:
  static constexpr int kPageCountMax = 5;
  static constexpr int kRecordCountMax = 100;
  static constexpr int kRecordCountDefault = 10;
  // Of the call's time, what is left for the answer: so that a caller learns where its time went.
  static constexpr std::chrono::milliseconds kAnswerTime{1'000};

  explicit PreviewHandler(const HandlerEnvironment& environment) : environment_(environment) {}

  absl::StatusOr<v1::PreviewIntegrationResponse> Preview(
      const v1::PreviewIntegrationRequest& request, const CallScope& scope) const;

 private:
  const HandlerEnvironment& environment_;
};

}  // namespace syncline::api
