#pragma once

#include <google/protobuf/message.h>

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "store/database.h"

namespace syncline::api {

// How a change is carried out, beside the change itself.
struct Mutation {
  std::string_view method;     // full name, e.g. "syncline.v1.RunService/StartRun"
  std::string workspace;       // whose request ids it uses; "" for workspaces themselves
  std::string request_id;      // "" = none
  bool validate_only = false;  // do everything, then roll back
};

// Runs `work` in one transaction. With a request_id, the answer is stored in that transaction: a
// retry of the same request gets it back and nothing happens twice, whether the first try is long
// done, still running, or was answered with a lost connection. INVALID_ARGUMENT for an id that is
// no UUID, REQUEST_ID_REUSED when it was used for another request; else what `work` returns.
absl::Status RunMutation(store::Database& database, const Mutation& mutation,
                         const google::protobuf::Message& request,
                         const std::function<absl::Status(store::Transaction&)>& work,
                         google::protobuf::Message* response);

// A fingerprint of a request that stands in the database: equal requests have equal ones in every
// server. Secret fields count as present or absent only, for a hash of a short password would tell
// it (I5); the request_id itself does not count.
std::string RequestFingerprint(std::string_view method, const google::protobuf::Message& request);

template <typename Response, typename Request, typename Work>
absl::StatusOr<Response> Mutate(store::Database& database, std::string_view method,
                                std::string workspace, const Request& request, Work work) {
  Mutation mutation{.method = method, .workspace = std::move(workspace)};
  if constexpr (requires { request.request_id(); }) mutation.request_id = request.request_id();
  if constexpr (requires { request.validate_only(); }) {
    mutation.validate_only = request.validate_only();
  }
  Response response;
  const absl::Status status = RunMutation(
      database, mutation, request,
      [&](store::Transaction& transaction) -> absl::Status {
        absl::StatusOr<Response> answer = work(transaction);
        if (!answer.ok()) return std::move(answer).status();
        response = *std::move(answer);
        return absl::OkStatus();
      },
      &response);
  if (!status.ok()) return status;
  return response;
}

}  // namespace syncline::api
