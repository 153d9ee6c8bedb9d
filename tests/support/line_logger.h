#pragma once

#include <mutex>
#include <string>

#include "base/log.h"

namespace syncline::test {

// Keeps every line; what is logged is searched at the end.
class LineLogger final : public base::Logger {
 public:
  void Write(base::LogLevel, std::string_view event,
             std::initializer_list<base::LogField> fields) override {
    const std::lock_guard lock(mutex_);
    text_ += event;
    for (const base::LogField& field : fields) text_ += " " + field.key + "=" + field.value;
    text_ += "\n";
  }
  std::string text() const {
    const std::lock_guard lock(mutex_);
    return text_;
  }

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

}  // namespace syncline::test
