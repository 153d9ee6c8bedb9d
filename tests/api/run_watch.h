#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "syncline/v1/run_service.pb.h"

namespace syncline::api {

// A reader of WatchRun; the only user of the generated stub beside the stream's own test.
class RunWatch {
 public:
  RunWatch(const std::string& address, const std::string& run, std::int64_t after);
  ~RunWatch();
  // An empty message at the end of the stream.
  v1::WatchRunResponse Next();
  absl::Status End();

 private:
  struct Call;
  const std::unique_ptr<Call> call_;
};

}  // namespace syncline::api
