#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "paging/paginator.h"
#include "pull/answer.h"

namespace syncline::pull {

// Keeps several pages of one list on the wire: those that the walk will ask for next if the pages
// before them are full. A guess that turns out wrong is dropped, so the walk sees what it would
// have seen without it. Its threads begin with the first guess. Take is called by one thread.
class AnswersAhead {
 public:
  // Sends the request for a page. Called by several threads at once.
  using Fetch =
      std::function<absl::StatusOr<Answer>(const paging::PageRequest& page, std::stop_token stop)>;

  struct Limits {
    std::size_t parallel_count = 1;
    // Of the bodies that were received or are on the wire and that nobody took yet; the page that
    // is waited for goes out whatever it may hold.
    std::int64_t body_bytes_max = std::int64_t{64} << 20;
  };
  AnswersAhead(Fetch fetch, const Limits& limits);
  // Gives up what is on the wire, and waits for its threads.
  ~AnswersAhead();
  AnswersAhead(const AnswersAhead&) = delete;
  AnswersAhead& operator=(const AnswersAhead&) = delete;

  // The answer to `page`; until the next call, those of `ahead` are asked for in that order, and
  // nothing else. What Fetch says; a page that failed may be asked for again. CANCELLED.
  absl::StatusOr<Answer> Take(const paging::PageRequest& page,
                              const std::vector<paging::PageRequest>& ahead, std::stop_token stop);

 private:
  struct Entry {
    paging::PageRequest page;
    bool begun = false;
    std::optional<absl::StatusOr<Answer>> answer;
    std::stop_source stop;
  };
  using Entries = std::vector<std::shared_ptr<Entry>>;  // in the order of the pages

  void Expect(const paging::PageRequest& page, const std::vector<paging::PageRequest>& ahead);
  void Work(std::stop_token stop);
  // The next one to ask for, if there is one and room for its answer. With mutex_ held.
  std::shared_ptr<Entry> Begin();

  const Fetch fetch_;
  const Limits limits_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  Entries entries_;
  std::int64_t body_bytes_seen_ = 0;  // of the largest answer so far: what others will have
  std::vector<std::jthread> threads_;
};

}  // namespace syncline::pull
