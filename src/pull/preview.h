#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "auth/authenticator.h"
#include "base/clock.h"
#include "base/random.h"
#include "http/deadline_transport.h"
#include "http/transport.h"
#include "model/exchange.h"
#include "model/partition_state.h"
#include "pull/deadline_clock.h"
#include "pull/discovered_fields.h"
#include "pull/exchange_log.h"
#include "pull/paging_outlook.h"
#include "pull/puller.h"
#include "pull/sign_in_recorder.h"
#include "syncline/v1/integration.pb.h"

namespace syncline::pull {

// The first pages of an integration, as a run would pull them: with its sign-in, paging, retries,
// rules, steps and details, and nothing written anywhere. One page, one partition and one list at a
// time is on the wire, details are asked for the records that are shown, and all of it is over by
// the deadline. Made per call, used once, by one thread.
class Preview {
 public:
  static constexpr std::int64_t kExchangesMax = 200;       // the newest; of all that are sent
  static constexpr std::size_t kBodyBytesMax = 2 << 20;    // of all exchanges together
  static constexpr std::size_t kRecordBytesMax = 1 << 20;  // of all records together
  static constexpr std::int64_t kLookedAtMax = 1'000;      // records of a page, for `fields`

  struct Bounds {
    int page_count = 1;
    int record_count = 10;
  };
  struct Result {
    std::vector<std::string> records;  // JSON; none that would take more than kRecordBytesMax
    DiscoveredFields fields;
    std::vector<model::Exchange> exchanges;  // redacted
    PagingOutlook outlook;
    std::vector<model::PartitionState> states;  // of lists that ended
    absl::Status error;                         // that the run would have ended with
  };

  // The references must outlive it.
  Preview(http::Transport& vendor, const base::Clock& clock, base::Random& random,
          base::SteadyTime deadline);
  Preview(const Preview&) = delete;
  Preview& operator=(const Preview&) = delete;

  // What the authenticator sends goes over this one.
  http::Transport& sign_in() { return sign_in_; }

  // INVALID_ARGUMENT as ValidateIntegration says; what goes wrong later stands in the result.
  absl::StatusOr<Result> Run(v1::Integration integration,
                             std::unique_ptr<auth::Authenticator> authenticator,
                             const Bounds& bounds, std::stop_token stop);

 private:
  absl::Status Pull(Puller& puller, const Bounds& bounds, const ExchangeLog::Scrub& scrub,
                    std::stop_token stop, Result* result) const;
  absl::Status Explained(const absl::Status& status) const;

  const DeadlineClock clock_;
  base::Random& random_;
  http::DeadlineTransport vendor_;
  ExchangeLog log_;
  SignInRecorder sign_in_;
  std::optional<http::Wait> refused_;  // the wait that the deadline did not allow
};

}  // namespace syncline::pull
