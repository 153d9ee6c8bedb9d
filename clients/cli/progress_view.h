#pragma once

#include <optional>
#include <ostream>
#include <string>

#include "cli/progress.h"

namespace syncline::cli {

// Shows a progress: on a terminal as one line that is drawn anew at most ten times a second,
// elsewhere as plain lines, one per milestone and at most one a second besides. One thread.
class ProgressView {
 public:
  static constexpr std::chrono::milliseconds redraw_interval{100};
  static constexpr std::chrono::seconds line_interval{1};

  ProgressView(std::ostream& out, std::string title, bool terminal, std::size_t width)
      : out_(out), title_(std::move(title)), terminal_(terminal), width_(width) {}

  // Call after every answer and in every silence.
  void Show(const Progress& progress, base::Time now);
  // A line beside the progress, such as a lost connection.
  void Note(const std::string& text);
  // Removes the bar.
  void Clear();

 private:
  std::ostream& out_;
  const std::string title_;
  const bool terminal_;
  const std::size_t width_;
  std::optional<base::Time> shown_;
  int milestone_ = 0;
  std::int64_t sequence_ = 0;
};

}  // namespace syncline::cli
