#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "http/message.h"
#include "pull/vendor_client.h"

namespace syncline::pull {

// The clean-ups that a run still owes its vendor: of the job that it stands on, and of those whose
// list is pulled but perhaps not committed, which is one for each page that is ahead of the commits
// (I7). A job that another attempt may go on with is left alone. Owned by the puller; one thread at
// a time, but for Committed.
class JobCleanUps {
 public:
  // One request each, no second try; what comes of it does not matter to the run.
  static constexpr std::chrono::seconds kTimeout{10};
  using OnFailure = std::function<void(const absl::Status&)>;

  // `client` must outlive this. `on_failure` may be empty.
  JobCleanUps(VendorClient& client, OnFailure on_failure)
      : client_(client), on_failure_(std::move(on_failure)) {}

  // The run stands on another job from now on; nobody goes on with the one before. How it is
  // cleaned up, or why that cannot be said.
  void Begin(absl::StatusOr<http::Request> request);
  // It is cleaned up in this way by now.
  void Update(absl::StatusOr<http::Request> request);
  // It is gone.
  void Forget() { current_.reset(); }
  // Its list ends with that page: it is needed until the page is committed.
  void EndWith(std::int64_t page_number);

  // Whose sign-in the client uses from now on; the job of the one before is not needed any more.
  void SelectIdentity(int index);

  // Pages up to this one are committed. Any thread may call it.
  void Committed(std::int64_t page_number) { committed_ = page_number; }

  // Cleans up what nobody needs any more, with the identity that is selected.
  void SendDue(std::stop_token stop);
  // After the last page or error, when nothing else uses the client: cleans up what nobody needs
  // any more, and, when the run has `ended` for good, everything.
  void SendRest(bool ended, std::stop_token stop);

 private:
  struct Job {
    absl::StatusOr<http::Request> request;
    int identity = 0;
    std::int64_t needed_until = 0;
  };
  void Send(const Job& job, std::stop_token stop);

  VendorClient& client_;
  const OnFailure on_failure_;
  std::atomic<std::int64_t> committed_ = 0;
  int identity_ = 0;
  std::optional<Job> current_;
  std::vector<Job> ended_;
};

}  // namespace syncline::pull
