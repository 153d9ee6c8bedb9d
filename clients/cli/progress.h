#pragma once

#include <deque>
#include <optional>
#include <string>

#include "base/clock.h"
#include "syncline/v1/run_service.pb.h"

namespace syncline::cli {

// What is known of a run while it is watched. Fed with the answers of WatchRun; what is shown
// depends on them and on the time passed in, on nothing else. One thread.
class Progress {
 public:
  // Answers that the rate is measured over.
  static constexpr std::size_t window_size = 64;
  static constexpr std::chrono::seconds window_age{10};

  // `now` is when the answer came.
  void Apply(const v1::WatchRunResponse& answer, base::Time now);

  // One line for a terminal: bar and share when the total is known, pages, records, rate, time
  // left, what the run waits for.
  std::string BarLine(const std::string& title, base::Time now) const;
  // The same as plain words, for files and pipes.
  std::string PlainLine(const std::string& title, base::Time now) const;
  // After the end: the verdict and the counters, and why it failed.
  std::string Summary(const std::string& title) const;

  // Resume after this one.
  std::int64_t sequence() const { return sequence_; }
  bool ended() const;
  const v1::Run& run() const { return run_; }
  // Rises whenever something other than counters changed: worth a line of its own in a pipe.
  int milestone() const { return milestone_; }

 private:
  struct Sample {
    base::Time time;
    std::int64_t records;
  };

  void ApplyEvent(const v1::RunEvent& event, base::Time now);
  // What a page says beside its counters.
  void NoteRemarks(const v1::PageCommitted& page);
  void Measure(base::Time time, std::int64_t records);
  std::optional<double> Rate(base::Time now) const;
  std::optional<double> Share() const;
  std::string Activity(base::Time now) const;
  std::string Counts(base::Time now) const;

  v1::Run run_;
  std::int64_t sequence_ = 0;
  int milestone_ = 0;
  std::string paging_;    // what `automatic` pagination found
  std::string refusals_;  // a line for each identity that was refused, and for each doubt
  int doubts_ = 0;
  std::deque<Sample> samples_;
  base::Time received_{};
};

}  // namespace syncline::cli
