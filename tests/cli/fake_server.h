#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "cli/server.h"
#include "syncline/v1/run_service.pb.h"

namespace syncline::test {

// One watching as a server would answer it: the answers, then silences, then how it ends.
struct ScriptedStream {
  std::vector<v1::WatchRunResponse> answers;
  absl::Status end;
};

// A server in memory: keeps any resource by name, gives etags, refuses what a test tells it to.
class FakeServer final : public cli::Server {
 public:
  absl::StatusOr<cli::MessagePointer> Call(const google::protobuf::MethodDescriptor& method,
                                           const google::protobuf::Message& request) override;
  std::unique_ptr<cli::AnswerStream> Open(const google::protobuf::MethodDescriptor& method,
                                          const google::protobuf::Message& request) override;

  std::map<std::string, cli::MessagePointer> resources;
  std::map<std::string, absl::Status> refusals;  // by method name: answered instead
  std::vector<std::string> calls;                // names of writing methods
  std::deque<ScriptedStream> streams;            // one per Open
  std::vector<std::int64_t> resumed_after;       // after_sequence of each Open
};

}  // namespace syncline::test
