#pragma once

#include <initializer_list>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"

namespace syncline::test {

// Keeps every line as "event key=value …". Safe for concurrent use.
class RecordingLogger final : public base::Logger {
 public:
  void Write(base::LogLevel, std::string_view event,
             std::initializer_list<base::LogField> fields) override {
    std::string line(event);
    for (const base::LogField& field : fields) line += " " + field.key + "=" + field.value;
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
  }
  // Of one event, in order.
  std::vector<std::string> lines(std::string_view event) const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> found;
    for (const std::string& line : lines_) {
      if (line.starts_with(std::string(event) + " ") || line == event) found.push_back(line);
    }
    return found;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

}  // namespace syncline::test
